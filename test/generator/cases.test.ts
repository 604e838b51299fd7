/**
 * Goal: what `gen` makes of a folder, and what it says of a wrong one, changes only where somebody meant it to.
 * Method: each folder of cases/ has schemas/, and beside it expected/ (the generated folder) or diagnostics.txt, or both,
 * and expected.lock.json where schemas/ has a lock; UPDATE_CASES=1
 * rewrites them. All expected output is compiled by tsc in one go, with the strictest options that users have.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import test from 'ava'
import { readInput } from '#generator/commands/input.js'
import { diagnosticCodes } from '#generator/diagnostic-codes.js'
import { formatDiagnostic } from '#generator/diagnostics.js'
import { diagnosticsPage } from '#generator/docs.js'
import { generate } from '#generator/generate.js'
import { manifestSchema } from '#generator/manifest-schema.js'

const root = resolve(import.meta.dirname, '../../..')
const cases = join(root, 'test/generator/cases')
const update = process.env.UPDATE_CASES === '1'
const names = readdirSync(cases, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []))

function filesBelow(folder: string): ReadonlyMap<string, string> {
  if (!existsSync(folder)) return new Map()
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true }).filter((entry) => entry.isFile())
  const paths = entries.map((entry) => relative(folder, join(entry.parentPath, entry.name))).sort()
  return new Map(paths.map((path) => [path, readFileSync(join(folder, path), 'utf8')]))
}

const results = new Map<string, ReturnType<typeof generateCase>>()

function run(name: string) {
  const result = results.get(name) ?? generateCase(name)
  results.set(name, result)
  return result
}

async function generateCase(name: string) {
  const folder = join(cases, name)
  const ignore = () => undefined
  const files = await readInput('schemas', { cwd: folder, stdout: ignore, stderr: ignore, colour: false })
  const { folders, lock, diagnostics } = generate(files, {
    base: folder,
    folder: 'schemas',
    output: '../expected',
    within: [folder],
    typeCheck: true,
  })
  return {
    files: folders[0]?.files ?? new Map<string, string>(),
    lock: files.some(({ path }) => path.endsWith('/topology.lock.json')) && folders.length > 0 ? lock?.text : undefined,
    codes: diagnostics.map(({ code }) => code),
    diagnostics: diagnostics.map((each) => `${formatDiagnostic(each)}\n`).join(''),
  }
}

for (const name of names) {
  test(name, async (t) => {
    const { files, lock, diagnostics } = await run(name)
    const [expected, locked, problems] = ['expected', 'expected.lock.json', 'diagnostics.txt'].map((path) => join(cases, name, path)) as [
      string,
      string,
      string,
    ]
    if (update) {
      for (const path of [expected, locked, problems]) rmSync(path, { recursive: true, force: true })
      if (diagnostics !== '') writeFileSync(problems, diagnostics)
      if (lock !== undefined) writeFileSync(locked, lock)
      for (const [path, text] of files) {
        mkdirSync(dirname(join(expected, path)), { recursive: true })
        writeFileSync(join(expected, path), text)
      }
    }
    t.is(diagnostics, existsSync(problems) ? readFileSync(problems, 'utf8') : '')
    t.deepEqual(Object.fromEntries(files), Object.fromEntries(filesBelow(expected)))
    t.is(lock, existsSync(locked) ? readFileSync(locked, 'utf8') : undefined)
  })
}

test('every diagnostic has a case, and every code told is in the table', async (t) => {
  const results = await Promise.all(names.map(run))
  const told = new Set(results.flatMap(({ codes }) => codes))
  t.deepEqual([...told].sort(), Object.keys(diagnosticCodes).sort())
})

test('docs/diagnostics.md has every code', (t) => {
  const page = join(root, 'docs/diagnostics.md')
  if (update) writeFileSync(page, diagnosticsPage())
  t.is(readFileSync(page, 'utf8'), diagnosticsPage())
})

test('the JSON Schema that ships is made of the operators', (t) => {
  const file = join(root, 'generator/manifest.schema.json')
  const text = `${JSON.stringify(manifestSchema(), null, 2)}\n`
  if (update) writeFileSync(file, text)
  t.is(readFileSync(file, 'utf8'), text)
})

test('what is committed of examples and conformance topologies is what gen makes', (t) => {
  const examples = readdirSync(join(root, 'examples')).map((name) => `examples/${name}/schemas`)
  for (const folder of [...examples.filter((path) => existsSync(join(root, path))), 'test/conformance/topologies']) {
    const files = [...filesBelow(join(root, folder))].map(([path, content]) => ({ path: `${folder}/${path}`, content }))
    const { folders, lock } = generate(files, { folder, base: root })
    if (folder.startsWith('examples/'))
      t.is(lock?.text, readFileSync(join(root, folder, 'topology.lock.json'), 'utf8'), `run gen ${folder}`)
    for (const { path, files: made } of folders) {
      const committed = new Map([...filesBelow(join(root, path))].filter(([name]) => name !== '.millrace-gen.json'))
      t.deepEqual(Object.fromEntries(made), Object.fromEntries(committed), `run gen ${folder}`)
    }
  }
})

test('all generated code compiles', (t) => {
  const { status, stdout } = spawnSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', cases], { encoding: 'utf8' })
  t.is(stdout, '')
  t.is(status, 0)
})
