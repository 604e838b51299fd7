/**
 * Goal: generated code runs as TypeScript, in a Node that strips types (22.18 and newer), and by compilers that see one file at a time.
 * Method: the golden tree is generated again with `--import-extension ts`. Each file is stripped by amaro, which is what Node has within, and emitted by
 * TypeScript alone; then a job with its test driver runs from the .ts files: natively where this Node can, by a loader with amaro where not.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { transformSync } from 'amaro'
import test from 'ava'
import { ts } from 'ts-morph'
import { genIn } from '../helpers/project.js'

const root = resolve(import.meta.dirname, '../../..')
const helper = join(root, 'build/test/helpers/strip-types.js')
const folder = mkdtempSync(join(tmpdir(), 'millrace-strip-'))
test.after.always(() => rmSync(folder, { recursive: true, force: true }))
writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))

const cases = join(root, 'test/generator/cases')
const names = readdirSync(cases).filter((name) => existsSync(join(cases, name, 'expected')))

test.before(async (t) => {
  for (const name of names) {
    cpSync(join(cases, name), join(folder, name), { recursive: true, filter: (path) => !path.includes('/expected') })
    const { status, stderr } = await genIn(join(folder, name), '--import-extension', 'ts')
    t.is(status, 0, stderr)
  }
})

function generated(name: string): readonly string[] {
  return readdirSync(join(folder, name), { recursive: true, withFileTypes: true })
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => path.endsWith('.ts'))
}

/** Types become white space; throws for what is more than a type. */
function stripTypes(source: string): string {
  return transformSync(source, { mode: 'strip-only' }).code
}

/** Runs a file of the folder with Node's own type stripping, or what stands for it. */
function run(path: string) {
  const native = (process.features as { readonly typescript?: unknown }).typescript === 'strip'
  const flags = native ? [] : ['--import', helper]
  const { status, stdout, stderr } = spawnSync(process.execPath, [...flags, path], { cwd: folder, encoding: 'utf8' })
  return { status, stdout, stderr: stderr.replace(/^.*(?:ExperimentalWarning|--trace-warnings).*\n/gm, '') }
}

test('every file is stripped, and emitted alone, to the same JavaScript', (t) => {
  const options = { target: ts.ScriptTarget.ESNext, module: ts.ModuleKind.ESNext, verbatimModuleSyntax: true, isolatedModules: true }
  const printed = (source: string) =>
    ts.transpileModule(source, { compilerOptions: { ...options, removeComments: true } }).outputText.replace(/,?\s+/g, '')
  for (const path of names.flatMap(generated)) {
    const source = readFileSync(path, 'utf8')
    t.is(printed(stripTypes(source)), printed(source), relative(folder, path))
  }
})

test('what is no type is refused by the stripper that this relies on', (t) => {
  t.throws(() => stripTypes('namespace A { export const b = 1 }'), { any: true })
  t.throws(() => stripTypes('enum A { B }'), { any: true })
})

test('every generated module can be imported as it is', (t) => {
  // These import modules of the user's, which the golden folders do not have.
  const own = names.filter(
    (name) =>
      !/^\s*imports:/m.test(
        readdirSync(join(folder, name, 'schemas'))
          .map((file) => readFileSync(join(folder, name, 'schemas', file), 'utf8'))
          .join('\n'),
      ),
  )
  const paths = own.flatMap(generated)
  t.true(paths.length > 100)
  writeFileSync(join(folder, 'all.ts'), paths.map((path) => `import './${relative(folder, path)}'\n`).join(''))
  t.deepEqual(run('all.ts'), { status: 0, stdout: '', stderr: '' })
})

test('a job runs from its sources', (t) => {
  writeFileSync(
    join(folder, 'job.ts'),
    `import { ByUser, Suspicious } from './login-attempts/generated/login-attempts.ts'
import { LoginAttemptsDriver } from './login-attempts/generated/login-attempts/driver.ts'

class SuspiciousIps extends Suspicious {
  protected override test({ value }: Suspicious.In): boolean {
    return value.ip.startsWith('10.')
  }
}
class PerUser extends ByUser {
  protected override groupKey({ value }: ByUser.In): string {
    return value.user
  }
}
const driver = new LoginAttemptsDriver({ suspicious: SuspiciousIps, byUser: PerUser })
for (const ip of ['10.1.1.1', '9.9.9.9', '10.2.2.2']) {
  driver.inputs.logins.pipe('k', { user: 'ann', ip, userAgent: null, success: false, at: 0 })
}
console.log(driver.outputs.attempts.readAll().map(({ key, value }) => \`\${key} \${value}\`).join(', '))
driver.close()
`,
  )
  t.deepEqual(run('job.ts'), { status: 0, stdout: 'ann 1, ann 2\n', stderr: '' })
})
