/**
 * Goal: whatever a manifest says, gen answers with problems at their places or with code that compiles; it never throws and never hangs.
 * Method: manifests of the repository, spoilt at random (SEED and RUNS are printed and may be set); what is accepted is compiled together.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import test from 'ava'
import { hasErrors } from '#generator/diagnostics.js'
import { generate } from '#generator/generate.js'
import { Random } from '../helpers/random.js'

const root = resolve(import.meta.dirname, '../../..')
const runs = Number(process.env.RUNS ?? 300)
const texts = ['test/conformance/topologies', 'test/generator/cases'].flatMap((folder) =>
  readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => /\.topology\.ya?ml$/.test(entry.name) && !/hostile|yaml-depth/.test(entry.parentPath))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8').replace(/^output:.*\n/m, ''))
    .filter((text) => !text.includes('\ufeff')),
)
const words = [...new Set(texts.join(' ').match(/[\w.-]+/g))].sort()
const hostile = [
  '__proto__',
  'constructor',
  '*/',
  '`$',
  "'",
  '"',
  '{{x}}',
  '\u2028',
  '\0',
  '&a',
  '*a',
  '!!js',
  '? ',
  '- ',
  '|',
  '>',
  '#',
  '9'.repeat(400),
  '\ud800',
  '?',
  '[]',
  '{}',
  '~',
]

function spoil(text: string, random: Random): string {
  let result = text
  for (let count = random.int(1, 3); count > 0; count -= 1) {
    const lines = result.split('\n')
    const tokens = [...result.matchAll(/[\w.-]+/g)]
    const token = tokens.length > 0 ? random.pick(tokens) : undefined
    const replace = (by: string) =>
      token === undefined ? result : result.slice(0, token.index) + by + result.slice(token.index + token[0].length)
    const at = random.int(0, lines.length - 1)
    const other = random.pick(random.pick(texts).split('\n'))
    result = random.pick([
      () => replace(random.pick(words)),
      () => replace(random.pick(words)),
      () => replace(tokens.length > 0 ? random.pick(tokens)[0] : ''),
      () => replace(random.pick(hostile)),
      () => lines.toSpliced(at, 1).join('\n'),
      () => lines.toSpliced(at, 0, other).join('\n'),
      () => lines.toSpliced(at, 0, lines[at] ?? '').join('\n'),
      () => result.slice(0, random.int(0, result.length)),
    ])()
  }
  return result
}

function generated(file: { readonly path: string; readonly content: string }) {
  try {
    return generate([file], { folder: 'schemas' })
  } catch (error) {
    throw new Error(`gen threw at:\n${file.content}`, { cause: error })
  }
}

test('spoilt manifests give problems or code that compiles', (t) => {
  const random = new Random()
  t.log(`SEED=${random.seed} RUNS=${runs}`)
  const accepted: { path: string; content: string }[] = []
  for (let run = 0; run < runs; run += 1) {
    const content = spoil(random.pick(texts), random).replace(/^application: *[\w.-]+$/m, `application: run-${run}`)
    const file = { path: `schemas/run-${run}.topology.yaml`, content }
    const started = performance.now()
    const { diagnostics } = generated(file)
    t.true(performance.now() - started < 5000, `it takes too long:\n${content}`)
    for (const { place, message } of diagnostics) {
      t.true(place.line >= 1 && place.column >= 1 && place.line <= content.split('\n').length, `${message}\n${content}`)
    }
    if (!hasErrors(diagnostics) && !/^(?:imports|output):/m.test(content)) accepted.push(file)
  }

  const folder = join(root, 'build/fuzz', String(random.seed))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  const checked = generate(accepted, { folder: 'schemas', base: folder, typeCheck: true })
  const wrong = new Set(checked.diagnostics.filter(({ severity }) => severity === 'error').map(({ place }) => place.file))
  const { folders } = generate(
    accepted.filter(({ path }) => !wrong.has(path)),
    { folder: 'schemas', base: folder },
  )
  const files = [...(folders[0]?.files ?? [])]
  t.log(`${accepted.length} of ${runs} accepted, ${wrong.size} with logic of the wrong type`)
  for (const [path, text] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  // What the logic itself declares in vain is its author's to see.
  const config = {
    extends: relative(folder, join(root, 'test/generator/cases/tsconfig.json')),
    compilerOptions: { noUnusedLocals: false },
    include: ['**/*.ts'],
  }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
  const { stdout } = spawnSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', folder], { encoding: 'utf8' })
  t.is(stdout, '')
})
