/**
 * Goal: `gen lint` tells of what works and will hurt, and of nothing else.
 * Method: each folder of cases/ is a rule, with what breaks it and what only looks so; findings.txt is what the command prints there, and
 * UPDATE_CASES=1 rewrites it. Then the options, formats and exit codes, in projects of their own.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import test from 'ava'
import { lintRules } from '#generator/docs.js'
import { rules } from '#generator/lint/registry.js'
import { genIn, genProject } from '../../helpers/project.js'

const root = resolve(import.meta.dirname, '../../../..')
const cases = join(root, 'test/generator/lint/cases')
const update = process.env.UPDATE_CASES === '1'
const names = readdirSync(cases)

for (const name of names) {
  test(name, async (t) => {
    const folder = join(cases, name)
    const { stdout, stderr } = await genIn(folder, 'lint')
    t.is(stderr, '')
    const file = join(folder, 'findings.txt')
    if (update) writeFileSync(file, stdout)
    t.is(stdout, readFileSync(file, 'utf8'))
    t.true(stdout.includes(` ${name} `), 'the rule of that name finds something')
  })
}

test('every rule has a case, and a row in docs/lint.md', (t) => {
  t.deepEqual([...names].sort(), rules.map(({ code }) => code).sort())
  const page = join(root, 'docs/lint.md')
  const text = readFileSync(page, 'utf8')
  const [head, tail] = [text.slice(0, text.indexOf('| rule ')), text.slice(text.indexOf('Each has an example'))]
  const made = `${head}${lintRules()}\n${tail}`
  if (update) writeFileSync(page, made)
  t.is(text, made)
})

test('the examples have nothing to report', async (t) => {
  for (const name of readdirSync(join(root, 'examples')).filter((each) => existsSync(join(root, 'examples', each, 'schemas')))) {
    t.is((await genIn(join(root, 'examples', name), 'lint')).stdout, 'Nothing to report.\n', name)
  }
})

test('whatever gen takes, lint takes', async (t) => {
  const folders = ['test/conformance/topologies', 'bench/jobs/schemas'].concat(
    readdirSync(join(root, 'test/generator/cases')).map((name) => `test/generator/cases/${name}/schemas`),
  )
  for (const folder of folders.filter((each) => existsSync(join(root, each)))) {
    const { status, stderr } = await genIn(root, 'lint', folder)
    t.true(status < 2, stderr)
  }
})

const manifest = `application: events
topics:
  in: { key: string, value: string }
  old: { key: string, value: string }
steps:
  source: { stream: in }
  end: { forEach: source, with: void value }
`
const files = (config: string) => ({ 'schemas/events.topology.yaml': manifest, 'millrace.config.json': config })
const line = 'schemas/events.topology.yaml:4:3 unused-topic'

test('the project sets the level of a rule; only errors, or too many warnings, fail', async (t) => {
  const { gen, write } = genProject(t, files('{}'))
  const warned = await gen('lint')
  t.deepEqual([warned.status, warned.stdout], [0, `${line} warning: No step reads or writes topic \`old\`.\n1 warning\n`])
  t.is((await gen('lint', '--max-warnings', '1')).status, 0)
  t.is((await gen('lint', '--max-warnings', '0')).status, 1)
  write('millrace.config.json', '{ "lint": { "unused-topic": "error" } }')
  const failed = await gen('lint')
  t.deepEqual([failed.status, failed.stdout], [1, `${line} No step reads or writes topic \`old\`.\n1 error\n`])
  t.is((await gen()).status, 0, 'gen itself goes on')
  write('millrace.config.json', '{ "lint": { "unused-topic": "off" } }')
  t.deepEqual([(await gen('lint')).stdout, (await gen()).stderr], ['Nothing to report.\n', ''])
})

test('what a comment keeps back, gen keeps back too', async (t) => {
  const { gen, write } = genProject(t, files('{}'))
  write(
    'schemas/events.topology.yaml',
    manifest.replace('  old:', '  # gen-lint-disable-next-line unused-topic\n  old:').replaceAll('\n', '\r\n'),
  )
  t.deepEqual([(await gen('lint')).stdout, (await gen()).stderr], ['Nothing to report.\n', ''])
})

test('--format json and github', async (t) => {
  const { gen, write } = genProject(t, files('{ "lint": { "no-output": "error" } }'))
  const rows = JSON.parse((await gen('lint', '--format', 'json')).stdout)
  const row = { code: 'unused-topic', severity: 'warning', file: 'schemas/events.topology.yaml', line: 4, column: 3 }
  t.deepEqual(rows, [{ ...row, message: 'No step reads or writes topic `old`.' }])
  write(
    'schemas/100%,a:b/other.topology.yaml',
    'application: other\ntopics: { a: { key: string, value: string } }\nsteps: { rows: { table: a }, more: { filter: rows, test: "true" } }\n',
  )
  const { stdout, status } = await gen('lint', '--format', 'github')
  t.is(status, 1)
  t.true(
    stdout.startsWith(
      '::error file=schemas/100%25%2Ca%3Ab/other.topology.yaml,line=1,col=1,title=no-output::Nothing comes out of this topology: it has no sink, and no store that the service may query.%0AWrite a step by a `sink`, or make a store `queryable: true`.\n',
    ),
    stdout,
  )
  write('schemas/events.topology.yaml', manifest.replace('stream: in', 'stream: inn'))
  const wrong = JSON.parse((await gen('lint', '--format', 'json')).stdout)
  t.deepEqual(wrong.map(({ code, severity }: Record<string, string>) => [code, severity]).at(-1), ['unknown-topic', 'error'])
})

test('a lock that cannot be read is told, and nothing else', async (t) => {
  const { gen, read, write } = genProject(t, files('{}'))
  await gen()
  const lock = read('schemas/topology.lock.json')
  write('schemas/topology.lock.json', `<<<<<<< ours\n${lock}`)
  const { status, stdout } = await gen('lint')
  t.is(status, 1)
  t.regex(stdout, /^schemas\/topology\.lock\.json:1:1 lock-conflict [^\n]*\n[^\n]*\n1 error\n$/)
})

test('an unknown rule or level in the configuration is told', async (t) => {
  const { gen } = genProject(t, files('{ "lint": { "unused-topics": "off", "unused-type": "warning" } }'))
  const { status, stdout } = await gen('lint')
  t.is(status, 1)
  t.is(
    stdout,
    'millrace.config.json:1:13 unknown-key `lint` has no `unused-topics`.\n  Did you mean `unused-topic`?\n' +
      'millrace.config.json:1:52 invalid-option `unused-type` cannot be `warning`.\n  It is one of `off`, `warn`, `error`.\n2 errors\n',
  )
})

test('a wrong command exits with 2', async (t) => {
  const { gen } = genProject(t, files('{}'))
  for (const args of [['--max-warnings', 'many'], ['--format', 'text2'], ['--fix'], ['a', 'b']]) {
    const { status, stderr } = await gen('lint', ...args)
    t.is(status, 2)
    t.true(stderr.endsWith('Try gen lint --help.\n'))
  }
  t.true((await gen('lint', '--help')).stdout.startsWith('Usage: gen lint [folder] [options]\n'))
})
