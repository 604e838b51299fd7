// Writes a reference page per operator in docs/operators/ from the operator registry, or with --check says whether they are as they would be written. After a build.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { operators as registry } from '../generator/dist/operators/registry.js'
import { semantics } from '../generator/dist/operators/semantics.js'

const operators = [...registry.values()]
const root = join(import.meta.dirname, '..')
const folder = join(root, 'docs/operators')
const check = process.argv.includes('--check')
const cell = (text) => text.replaceAll('|', '\\|')
const table = (head, rows) =>
  rows.length === 0
    ? ''
    : [
        `| ${head.join(' | ')} |`,
        `| ${head.map(() => '---').join(' | ')} |`,
        ...rows.map((row) => `| ${row.map(cell).join(' | ')} |`),
        '',
      ].join('\n')

/** The picture of the example, by `gen --describe`. */
function picture({ example }) {
  const schemas = mkdtempSync(join(tmpdir(), 'millrace-docs-'))
  try {
    writeFileSync(join(schemas, 'example.topology.yaml'), manifest(example))
    const gen = join(root, 'generator/dist/bin.js')
    const text = execFileSync(process.execPath, [gen, schemas, '--describe', '--format', 'mermaid'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    return text.trim()
  } finally {
    rmSync(schemas, { recursive: true })
  }
}

function manifest(example) {
  const topics = ['in', 'other', 'out'].filter((name) => new RegExp(`[ \\[]${name}[,\\] }]`).test(example))
  const rows = topics.map((name) => `  ${name}: { key: string, value: string }\n`).join('')
  const stores = example.includes('store: rows') ? 'stores:\n  rows: { kind: keyValue, key: string, value: string }\n' : ''
  return `application: example\ntopics:\n${rows}${stores}steps:\n${example}`
}

function page(operator) {
  const { name, summary, kafkaStreams, input, options, methods, gives } = operator
  const meaning = semantics[name]
  const methodRows = Object.entries(methods).map(([key, method]) => [
    `\`${key}\``,
    `\`${method.method}\``,
    [method.doc, method.when === undefined ? '' : `(${method.when})`, method.optional ? 'Optional.' : ''].filter(Boolean).join(' '),
    method.scope.map((word) => `\`${word}\``).join(', '),
    method.result,
  ])
  const optionRows = Object.entries(options).map(([key, option]) => [`\`${key}\``, option.doc, option.required ? 'yes' : ''])
  return [
    `# ${name}`,
    '',
    summary,
    '',
    `Kafka Streams: \`${kafkaStreams}\`. Takes ${input.takes}. Gives: ${gives}.`,
    '',
    '```yaml',
    manifest(meaning.example).trim(),
    '```',
    '',
    ...(optionRows.length > 0 ? ['## Keys', '', table(['key', 'meaning', 'required'], optionRows)] : []),
    ...(methodRows.length > 0
      ? [
          '## Logic',
          '',
          'A method of the generated class, or in place under its key.',
          '',
          table(['key', 'method', 'meaning', 'in scope', 'result'], methodRows),
        ]
      : []),
    '## What it does',
    '',
    meaning.semantics,
    '',
    `- Timestamps: ${meaning.timestamps}`,
    `- Stores and topics: ${meaning.makes}`,
    '',
    '## Picture',
    '',
    'What `gen --describe --format mermaid` draws of the example.',
    '',
    '```mermaid',
    picture(meaning),
    '```',
    '',
  ].join('\n')
}

const index = [
  '# Operators',
  '',
  'A page for each, written from the operator registry by `npm run docs`. The language as a whole: [manifest.md](../manifest.md).',
  '',
  table(
    ['operator', 'what it does', 'gives'],
    operators.map(({ name, summary, gives }) => [`[${name}](${name}.md)`, summary, gives]),
  ),
].join('\n')
const files = new Map([['README.md', index], ...operators.map((operator) => [`${operator.name}.md`, page(operator)])])
mkdirSync(folder, { recursive: true })
const stale = [...files].filter(([name, text]) => !existsSync(join(folder, name)) || readFileSync(join(folder, name), 'utf8') !== text)
if (check && stale.length > 0) {
  console.error(`docs/operators is not what the registry says (${stale.map(([name]) => name).join(', ')}): run npm run docs`)
  process.exit(1)
}
for (const [name, text] of stale) writeFileSync(join(folder, name), text)
