// Compiles the templates into the generator, then everything with tsc; called by npm start and npm test.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'

const root = join(import.meta.dirname, '..')

function templates(folder) {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.hbs'))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .sort()
}

const folder = join(root, 'templates')
const rows = templates(folder).map((name) => `  ${JSON.stringify(name)}: ${JSON.stringify(readFileSync(join(folder, name), 'utf8'))},`)
const text = `/** Compiled in from templates/ by the build. */\nexport const templates: Readonly<Record<string, string>> = {\n${rows.join('\n')}\n}\n`
const target = join(root, 'generator/emit/templates.ts')
mkdirSync(join(root, 'generator/emit'), { recursive: true })
if (!existsSync(target) || readFileSync(target, 'utf8') !== text) writeFileSync(target, text)

const tsc = join(root, 'node_modules/typescript/bin/tsc')
const { status } = spawnSync(process.execPath, [tsc, '-b', ...process.argv.slice(2)], { cwd: root, stdio: 'inherit' })
process.exit(status ?? 1)
