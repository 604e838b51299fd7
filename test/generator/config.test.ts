/**
 * Goal: a project says once, in millrace.config.json, how gen runs there; what is wrong in the file is told at its place, all of it.
 * Method: the command in folders of their own; and the JSON Schema that ships judges the same files as gen.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Ajv } from 'ajv'
import test from 'ava'
import { configKeys, configSchema, readConfig } from '#generator/config.js'
import type { Diagnostic } from '#generator/diagnostics.js'
import { genIn, genProject } from '../helpers/project.js'

const root = resolve(import.meta.dirname, '../../..')
const schema = '{ "type": "record", "name": "seed.Event", "fields": [{ "name": "n", "type": "long" }] }'
const manifest = `application: events
topics:
  events: { key: string, value: seed.Event }
steps:
  source: { stream: events }
  by-key: { groupBy: source, key: string }
  counts: { count: by-key }
`
const files = (config: string) => ({
  'millrace.config.json': config,
  'package.json': '{}',
  'avro/event.avsc': schema,
  'avro/events.topology.yaml': manifest,
})

test('each key does what the option of its name does', async (t) => {
  const { gen, has, read } = genProject(
    t,
    files('{ "schemas": "avro", "output": "src/gen", "long": "bigint", "importExtension": "ts", "stubs": "src/steps" }'),
  )
  const { status, stderr } = await gen()
  t.is(status, 0)
  t.is(stderr, 'avro/events.topology.yaml:7:3 unused-step warning: No step takes step `counts` as input.\n')
  t.true(read('src/gen/types/seed/event.ts').includes('readonly n: bigint'))
  t.true(read('src/gen/events.ts').includes("from './events/app.ts'"))
  t.true(read('src/steps/by-key.ts').includes("from '../gen/events.ts'"))
  t.false(has('generated'))
  t.is((await gen('--check')).status, 0)
})

test('options of the command win', async (t) => {
  const { gen, read, has, write } = genProject(t, files('{ "schemas": "avro", "long": "bigint", "importExtension": "ts", "stubs": "a" }'))
  await gen('--long', 'number', '--import-extension', 'none', '--stubs', 'b')
  t.true(read('generated/types/seed/event.ts').includes('readonly n: number'))
  t.true(read('generated/events.ts').includes("from './events/app'"))
  t.deepEqual([has('a'), has('b')], [false, true])
  write('other/event.avsc', schema.replace('seed.', 'other.'))
  await gen('other', '--force')
  t.true(has('generated/types/other/event.ts'), 'a folder that is given is taken')
})

test('an output folder of a manifest wins over that of the file', async (t) => {
  const { gen, write, has } = genProject(t, files('{ "schemas": "avro", "output": "a" }'))
  write('avro/events.topology.yaml', `output: ../b\n${manifest}`)
  await gen()
  t.deepEqual([has('a'), has('b/events.ts')], [false, true])
})

test('it is found above the working directory, as far as the package goes, and its paths are its own', async (t) => {
  const { folder, write, has, read } = genProject(t, files('{ "schemas": "avro", "output": "gen", "long": "bigint" }'))
  write('src/deep/a.txt', '')
  const deep = join(folder, 'src/deep')
  const { status, stdout } = await genIn(deep)
  t.is(status, 0)
  t.true(stdout.includes('wrote ../../gen/events.ts\n'))
  t.true(read('gen/types/seed/event.ts').includes('bigint'))
  write('src/package.json', '{}')
  write('src/schemas/event.avsc', schema)
  await genIn(join(folder, 'src'))
  t.true(read('src/generated/types/seed/event.ts').includes('number'), 'another package is another project')
  t.false(has('src/gen'))
})

test('all that is wrong in it is told at its place, with a way out', async (t) => {
  const config = `{
  // why not
  "shcemas": "avro",
  "output": "../elsewhere",
  "long": "bigints",
  "importExtension": 3,
  "stubs": "/etc"
}
`
  const { gen, has } = genProject(t, files(config))
  const { status, stdout, stderr } = await gen()
  t.is(status, 1)
  t.is(stdout, '')
  t.is(
    stderr,
    `millrace.config.json:3:3 unknown-key The configuration has no \`shcemas\`.
  Did you mean \`schemas\`?
millrace.config.json:4:13 invalid-option \`output\` is a folder of the project, not \`../elsewhere\`.
  Write a path relative to millrace.config.json that stays below it.
millrace.config.json:5:11 invalid-option \`long\` cannot be \`bigints\`.
  Did you mean \`bigint\`?
millrace.config.json:6:22 unexpected-value \`importExtension\` is a text, not \`3\`.
millrace.config.json:7:12 invalid-option \`stubs\` is a folder of the project, not \`/etc\`.
  Write a path relative to millrace.config.json that stays below it.
`,
  )
  t.false(has('generated'))
})

const broken: Readonly<Record<string, string>> = {
  '{ "long": "bigint", }': 'millrace.config.json:1:21 json-syntax expected a key in double quotes, found "}"\n',
  '{ "long": "bigint", "long": "number" }': 'millrace.config.json:1:21 json-duplicate-key the key "long" occurs twice in the object\n',
  '[]': 'millrace.config.json:1:1 unexpected-value The configuration is a mapping, not a list.\n',
  '{ "schemas": "avro/../../x" }': 'millrace.config.json:1:14 invalid-option `schemas` is a folder of the project, not `avro/../../x`.\n',
  '{ "schemas": "nowhere" }': 'millrace.config.json:1:14 invalid-option There is no folder `nowhere`.\n',
  '{ "stubs": "C:\\\\x" }': 'millrace.config.json:1:12 invalid-option `stubs` is a folder of the project, not `C:\\x`.\n',
  '{ "__proto__": {}, "constructor": 1 }': 'millrace.config.json:1:3 unknown-key The configuration has no `__proto__`.\n',
}

for (const [config, message] of Object.entries(broken)) {
  test(`${config} is told`, async (t) => {
    const { status, stderr } = await genProject(t, files(config)).gen()
    t.is(status, 1)
    t.is(stderr.slice(0, message.length), message)
  })
}

test('bytes that are no UTF-8 are told', async (t) => {
  const { gen, write } = genProject(t, files('{}'))
  write('millrace.config.json', new Uint8Array([0x7b, 0xff, 0x7d]))
  t.true((await gen()).stderr.startsWith('millrace.config.json:1:2 invalid-utf8 '))
})

test('the JSON Schema that ships is made of the keys', (t) => {
  const path = join(root, 'generator/config.schema.json')
  const text = `${JSON.stringify(configSchema(), null, 2)}\n`
  if (process.env.UPDATE_CASES === '1') writeFileSync(path, text)
  t.is(readFileSync(path, 'utf8'), text)
})

test('the JSON Schema says what gen says', (t) => {
  const validate = new Ajv({ allErrors: true, strict: false }).compile(configSchema())
  const values = [
    'a',
    'a/b',
    '../a',
    '/a',
    'C:/a',
    '..\\a',
    '..a',
    '',
    'bigint',
    'number',
    'js',
    'none',
    'mjs',
    1,
    true,
    null,
    [],
    {},
    ['a'],
  ]
  const configs = [...Object.keys(configKeys), 'other'].flatMap((key) => values.map((value) => ({ [key]: value })))
  for (const config of [{}, ...configs]) {
    const problems: Diagnostic[] = []
    readConfig({ path: 'millrace.config.json', content: JSON.stringify(config) }, (diagnostic) => problems.push(diagnostic))
    t.is(validate(config), problems.length === 0, JSON.stringify(config))
  }
})

test('docs/cli.md has every key', (t) => {
  const page = readFileSync(join(root, 'docs/cli.md'), 'utf8')
  for (const key of Object.keys(configKeys)) t.true(page.includes(`| \`${key}\``), key)
})
