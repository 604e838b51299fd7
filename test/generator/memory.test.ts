/**
 * Goal: what a run remembers of earlier ones never shows in what it makes. Method: a folder goes through random edits (schemas and manifests changed, added, removed,
 * renamed, broken; options switched), and after each the result is held against that of a run without memory. SEED=… repeats one.
 */
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { type GenerateOptions, generate } from '#generator/generate.js'
import { Memory } from '#generator/memory.js'
import { temporaryDirectories } from '../helpers/directories.js'
import { Random } from '../helpers/random.js'
import { schemaFolder } from '../helpers/schema-folder.js'

const directory = temporaryDirectories(test)

/** Changes one file of a folder, or its files, as a person would in an editor. */
type Edit = (files: Map<string, string>, path: string, random: Random) => void

const edits: Readonly<Record<string, Edit>> = {
  doc: replaced(/"doc": "/, '"doc": "Now '),
  field: replaced(/"name": "id"/, '"name": "key"'),
  type: replaced(/"type": "(?:int|string|double)"/, '"type": "boolean"'),
  symbol: replaced(/"ACCEPTED"/, '"AGREED"'),
  namespace: replaced(/"namespace": "shop\.(\w+)"/, '"namespace": "store.$1"'),
  comma: replaced(/,/, ''),
  logic: replaced(/startsWith\('1'\)/, 'startsWith(1)'),
  step: replaced(/wanted: \{/, '\n  wanted: {'),
  remove: (files, path) => void files.delete(path),
  rename: (files, path) => {
    files.set(path.replace(/(\w+\.\w+)$/, 'renamed/$1'), files.get(path)!)
    files.delete(path)
  },
  copy: (files, path, random) => {
    const name = `Copy${random.int(0, 1e6)}`
    files.set(
      path.replace(/\w+\.avsc$/, `${name}.avsc`),
      files.get(path)!.replace(/"name": "\w+",\s+"namespace"/, `"name": "${name}", "namespace"`),
    )
  },
  sameName: (files, path) => {
    const namespaces = files.get(path)!.replace(/"namespace": "[\w.]+"/, '"namespace": "elsewhere"')
    files.set(path.replace(/(\w+\.\w+)$/, 'elsewhere/$1'), namespaces)
  },
}

function replaced(pattern: RegExp, by: string): Edit {
  return (files, path) => void files.set(path, files.get(path)!.replace(pattern, by))
}

function input(files: ReadonlyMap<string, string>) {
  return [...files].sort(([a], [b]) => (a < b ? -1 : 1)).map(([path, content]) => ({ path: `schemas/${path}`, content }))
}

function assertSame(t: ExecutionContext, files: ReadonlyMap<string, string>, options: GenerateOptions, memory: Memory, edit: string) {
  const [warm, cold] = [generate(input(files), options, memory), generate(input(files), options)]
  t.deepEqual(warm.diagnostics, cold.diagnostics, edit)
  t.deepEqual(warm.folders, cold.folders, edit)
  return cold
}

test('after any edit the result is that of a run without memory', (t) => {
  const random = new Random()
  t.log(`SEED=${random.seed}`)
  const original = schemaFolder(60, random.seed)
  let files = new Map(original)
  const memory = new Memory()
  let good = 0
  for (let round = 0; round < 60; round += 1) {
    // Broken for a while, then whole again, as files are.
    if (random.chance(0.3)) files = new Map(original)
    const path = random.pick([...files.keys()])
    const edit = random.pick(Object.keys(edits))
    edits[edit]!(files, path, random)
    const options: GenerateOptions = {
      folder: 'schemas',
      importExtension: random.chance(0.9) ? '.js' : '.ts',
      long: random.chance(0.9) ? 'number' : 'bigint',
    }
    if (assertSame(t, files, options, memory, `${edit} ${path}`).folders.length > 0) good += 1
  }
  t.true(good > 10, 'some of the edits leave a folder that is right')
})

test('inline logic is judged by what its types, and the modules that it imports, are now', (t) => {
  const base = directory()
  const manifest = (logic: string) =>
    `application: a\nimports: { ../text.ts: [short] }\ntopics: { in: { key: string, value: shop.Order } }\nsteps:\n  s: { stream: in }\n  f: { filter: s, test: '${logic}' }\n  p: { forEach: f }\n`
  const order = (type: string) => `{ "type": "record", "name": "shop.Order", "fields": [{ "name": "id", "type": "${type}" }] }`
  const options = { folder: 'schemas', base, typeCheck: true }
  const memory = new Memory()
  const codes = (logic: string, type: string, edit: string) => {
    const files = new Map([
      ['a.topology.yaml', manifest(logic)],
      ['Order.avsc', order(type)],
    ])
    return assertSame(t, files, options, memory, edit).diagnostics.map(({ code, message }) => `${code} ${message}`)
  }
  const text = join(base, 'text.ts')
  const missing = codes('short(value.id)', 'string', 'no module yet')
  t.regex(missing.join('\n'), /logic-type Cannot find module/)
  writeFileSync(text, 'export const short = (text: string): boolean => text.length < 3\n')
  t.deepEqual(codes('short(value.id)', 'string', 'the module is there'), [])
  t.regex(codes('short(value.id)', 'int', 'a type has changed').join('\n'), /logic-type Argument of type 'number'/)
  writeFileSync(text, 'export const short = (text: number): boolean => text < 3\n')
  t.deepEqual(codes('short(value.id)', 'int', 'the module has changed'), [])
  rmSync(text)
  t.deepEqual(codes('short(value.id)', 'string', 'the module has gone'), missing)
})
