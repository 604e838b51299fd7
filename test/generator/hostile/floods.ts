import type { InputFile } from '#generator/input/source.js'

/** Input that is too much of something, and what gen says of it: how many files it made, or the first problem. */
export interface Flood {
  readonly name: string
  readonly files: () => readonly InputFile[]
  readonly expected: RegExp
}

const json = JSON.stringify
const list = <T>(length: number, item: (index: number) => T): T[] => Array.from({ length }, (_, index) => item(index))
const record = (name: string, fields: readonly object[], more: object = {}) => ({ type: 'record', name, fields, ...more })
const field = (name: string, type: unknown, more: object = {}) => ({ name, type, ...more })
const avsc = (schema: unknown) => [{ path: 'schemas/a.avsc', content: typeof schema === 'string' ? schema : json(schema) }]
const avdl = (content: string) => [{ path: 'schemas/a.avdl', content }]
const yaml = (content: string) => [{ path: 'schemas/a.topology.yaml', content }]
const chain = (length: number, fields: (before: string) => readonly object[]) => [
  record('R0', [field('a', 'int', { default: 1 })]),
  ...list(length, (index) => record(`R${index + 1}`, fields(`R${index}`))),
]
const steps = (lines: readonly string[], topic = '{ key: string, value: string }') =>
  yaml(`application: a\ntopics:\n  t: ${topic}\nsteps:\n  ${lines.join('\n  ')}\n`)
const logic = (text: string) => steps(['in: { stream: t }', `f: { filter: in, test: ${json(text)} }`, 'out: { sink: f, topic: t }'])
const nested = (levels: number) => `${'{"type":"array","items":'.repeat(levels)}"int"${'}'.repeat(levels)}`

export const floods: readonly Flood[] = [
  // Schemas that are large, and right.
  {
    name: '10,000 fields',
    files: () =>
      avsc(
        record(
          'A',
          list(10_000, (index) => field(`f${index}`, 'int')),
        ),
      ),
    expected: /^1 file/,
  },
  {
    name: '50,000 symbols',
    files: () => avsc({ type: 'enum', name: 'E', symbols: list(50_000, (index) => `S${index}`) }),
    expected: /^1 file/,
  },
  {
    name: 'a union of 1,000 records',
    files: () =>
      avsc(
        record('A', [
          field(
            'u',
            list(1000, (index) => record(`R${index}`, [])),
          ),
        ]),
      ),
    expected: /^1001 files/,
  },
  {
    name: '10,000 files',
    files: () => list(10_000, (index) => ({ path: `schemas/${index}.avsc`, content: json(record(`n${index}.R`, [])) })),
    expected: /^10000 files/,
  },
  {
    name: '1,000 copies of one type',
    files: () =>
      list(1000, (index) => ({
        path: `schemas/${index}.avsc`,
        content: json(
          record(
            'A',
            list(50, (each) => field(`f${each}`, 'int')),
          ),
        ),
      })),
    expected: /^1 file/,
  },
  {
    name: '4,096 names that differ by case',
    files: () =>
      avsc(
        list(4096, (bits) =>
          record([...'abcdefghijkl'].map((letter, at) => ((bits >> at) & 1 ? letter.toUpperCase() : letter)).join(''), []),
        ),
      ),
    expected: /^4096 files/,
  },
  { name: 'a record that contains itself', files: () => avsc(record('A', [field('a', 'A')])), expected: /^1 file/ },
  {
    name: 'types that double sixty times',
    files: () =>
      avsc(chain(60, (before) => [field('a', ['null', before]), field('b', { type: 'map', values: before }), field('c', before)])),
    expected: /^61 files/,
  },
  { name: '1,500 types in a chain', files: () => avsc(chain(1500, (before) => [field('a', before)])), expected: /^1501 files/ },
  { name: '20,000 types in a chain', files: () => avsc(chain(20_000, (before) => [field('a', before)])), expected: /^1 too-deep/ },
  {
    name: 'docs of nothing but space',
    files: () =>
      avsc(
        record('A', [
          field('a', 'int', { doc: `x${' '.repeat(1_000_000)}x` }),
          field('b', 'int', { doc: `a${' '.repeat(999)}`.repeat(1000) }),
        ]),
      ),
    expected: /^1 file/,
  },
  { name: 'docs of comment ends', files: () => avsc(record('A', [], { doc: '*/'.repeat(1_000_000) })), expected: /^1 file/ },
  { name: '100,000 aliases', files: () => avsc(record('A', [], { aliases: list(100_000, (index) => `B${index}`) })), expected: /^1 file/ },

  // Schemas that are wrong in many places, or deep.
  { name: '1,000 levels of arrays', files: () => avsc(nested(1000)), expected: /^1 too-deep/ },
  { name: '100,000 levels of arrays', files: () => avsc(nested(100_000)), expected: /^1 too-deep/ },
  {
    name: '100,000 levels of IDL',
    files: () => avdl(`protocol P { record A { ${'array<'.repeat(100_000)}int a; } }`),
    expected: /^1 too-deep/,
  },
  { name: '100,000 levels of an annotation', files: () => avdl(`@a(${'['.repeat(100_000)}) protocol P {}`), expected: /^1 too-deep/ },
  {
    name: '200,000 keys that are one',
    files: () => avsc(`{${'"a":1,'.repeat(200_000)}"type":"int"}`),
    expected: /^199999 json-duplicate-key/,
  },
  {
    name: '100,000 branches that are one',
    files: () =>
      avsc([
        record('A', [
          field(
            'u',
            list(100_000, () => 'int'),
          ),
        ]),
      ]),
    expected: /^99999 avro-union/,
  },
  {
    name: '20,000 types that are missing',
    files: () => avsc(list(20_000, (index) => `Missing${index}`)),
    expected: /^20000 avro-unknown-type/,
  },
  {
    name: 'defaults that double',
    files: () => avsc(chain(60, (before) => [field('a', before, { default: {} }), field('b', before, { default: {} })])),
    expected: /^\d+ avro-default/,
  },
  {
    name: 'a number of a million digits',
    files: () => avdl(`protocol P { record A { long a = ${'1'.repeat(1_000_000)}; } }`),
    expected: /^1 idl-syntax/,
  },
  { name: 'a comment that opens a million times', files: () => avdl('/*'.repeat(1_000_000)), expected: /^1 idl-syntax/ },
  { name: 'a string that never ends', files: () => avsc(`"${'\\\\'.repeat(1_000_000)}`), expected: /^1 json-syntax/ },
  { name: 'a name of a million letters', files: () => avsc(record('a'.repeat(1_000_000), [])), expected: /^1 avro-name/ },
  {
    name: 'an error in the last byte',
    files: () => [{ path: 'schemas/a.avsc', content: Buffer.concat([Buffer.alloc(15_000_000, 0x20), Buffer.of(0xff)]) }],
    expected: /^1 invalid-utf8 1:15000001/,
  },
  {
    name: 'UTF-16',
    files: () => [{ path: 'schemas/a.avsc', content: Buffer.from('\ufeff{ "type": "int" }', 'utf16le') }],
    expected: /^1 invalid-utf8 1:1/,
  },
  {
    name: 'UTF-16 without a mark',
    files: () => [{ path: 'schemas/a.avsc', content: Buffer.from('{ "type": "int" }', 'utf16le') }],
    expected: /^1 json-syntax 1:2/,
  },
  { name: 'a zero byte in a manifest', files: () => yaml('application: a\0b\nsteps: {}\n'), expected: /^1 invalid-name 1:14/ },

  // Manifests.
  { name: 'a manifest of 4 MB', files: () => yaml(' '.repeat(4_000_000)), expected: /^1 yaml-syntax/ },
  { name: 'a million brackets', files: () => yaml('['.repeat(900_000)), expected: /^1 yaml-syntax/ },
  { name: 'lists in lists on one line', files: () => yaml('- '.repeat(400_000)), expected: /^1 yaml-syntax/ },
  { name: 'keys that are keys', files: () => yaml('? '.repeat(400_000)), expected: /^1 yaml-syntax/ },
  {
    name: 'a million laughs',
    files: () =>
      yaml(list(20, (index) => `a${index}: &a${index} [${list(9, () => (index === 0 ? 'ha' : `*a${index - 1}`)).join(', ')}]`).join('\n')),
    expected: /^\d+ yaml-syntax/,
  },
  {
    name: '2,000 steps, the last one first',
    files: () =>
      steps([
        ...list(1998, (index) => `s${index}: { filter: s${index + 1}, test: 'true' }`),
        's1998: { stream: t }',
        'out: { sink: s0, topic: t }',
      ]),
    expected: /^5 files/,
  },
  {
    name: '20,000 steps',
    files: () => steps(list(20_000, (index) => `s${index}: { filter: s${index + 1} }`)),
    expected: /unexpected-value/,
  },
  {
    name: '2,000 steps that do not exist',
    files: () => steps(list(2000, (index) => `step${index}: { filter: strp${index * 7}x }`)),
    expected: /^2000 unknown-step/,
  },
  {
    name: 'tables merged two hundred times',
    files: () =>
      steps([
        'in: { stream: t }',
        ...list(200, (index) => `m${index}: { merge: [${index === 0 ? 'in, in' : `m${index - 1}, m${index - 1}`}] }`),
        'out: { sink: m199, topic: t }',
      ]),
    expected: /^4 files/,
  },
  {
    name: '20,000 branches',
    files: () => steps(['in: { stream: t }', `b: { branch: in, into: [${list(20_000, (index) => `b${index}`).join(', ')}] }`]),
    expected: /^5 files/,
  },
  {
    name: 'sixty types in place in each other',
    files: () =>
      steps(
        ['in: { stream: t }', 'out: { sink: in, topic: t }'],
        `{ key: string, value: ${'{ type: array, items: '.repeat(60)}int${' }'.repeat(60)} }`,
      ),
    expected: /^5 files/,
  },
  {
    name: 'a duration of a million digits',
    files: () => steps(['in: { stream: t }', `g: { groupByKey: in }`, `c: { count: g, window: { tumbling: '${'1'.repeat(900_000)}s' } }`]),
    expected: /^1 invalid-option/,
  },
  { name: 'logic of 20,000 brackets', files: () => logic(`${'('.repeat(20_000)}true${')'.repeat(20_000)}`), expected: /^1 logic-syntax/ },
  { name: 'logic of 50,000 terms', files: () => logic(`${'1 + '.repeat(50_000)}1 > 0`), expected: /^1 logic-syntax/ },
  { name: 'logic with half a million spaces', files: () => logic(`1${' '.repeat(500_000)}+ 1 > 0`), expected: /^5 files/ },
]
