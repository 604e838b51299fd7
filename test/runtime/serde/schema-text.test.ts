/** Goal: a codec's schema stands for itself, as what reads the data later needs it. Method: codecs that refer to each other, as `gen` writes them, by hand. */
import test from 'ava'
import type { AvroCodec } from 'millrace/codegen'
import { parseSchema, schemaOf } from '#runtime/serde/schema.js'
import { schemaText } from '#runtime/serde/schema-text.js'

function codec(name: string, schema: object, references: () => readonly AvroCodec[] = () => []): AvroCodec {
  return { name, fingerprint: name, schema: JSON.stringify(schema), references, write() {}, read: () => undefined }
}

const record = (name: string, fields: Record<string, unknown>) => ({
  type: 'record',
  name,
  fields: Object.entries(fields).map(([name, type]) => ({ name, type })),
})

const kind = codec('Kind', { type: 'enum', name: 'Kind', symbols: ['A', 'B'], default: 'A' })
const line: AvroCodec = codec('shop.Line', record('shop.Line', { price: 'long', next: ['null', 'shop.Line'], kind: 'Kind' }), () => [
  line,
  kind,
])
const order = codec(
  'shop.Order',
  {
    ...record('shop.Order', { lines: { type: 'array', items: 'shop.Line' }, best: 'shop.Line', kinds: { type: 'map', values: 'Kind' } }),
    doc: 'x',
  },
  () => [line, kind],
)

test('each type is written out where it comes first, and named after that', (t) => {
  const text = schemaText(order)
  t.is(text.match(/"name":"shop\.Line"/g)?.length, 1)
  t.is(text.match(/"symbols"/g)?.length, 1)
  t.true(
    text.startsWith(
      '{"type":"record","name":"shop.Order","fields":[{"name":"lines","type":{"type":"array","items":{"type":"record","name":"shop.Line"',
    ),
  )
  t.true(text.endsWith('"doc":"x"}'))
})

for (const each of [kind, line, order]) {
  test(`${each.name} reads back as the same schema, types without a namespace within those of one too`, (t) => {
    t.deepEqual(parseSchema(schemaText(each)), schemaOf(each))
  })
}
