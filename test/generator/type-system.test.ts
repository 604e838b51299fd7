/**
 * Goal: a type written in a manifest becomes the TypeScript and the serde that it stands for, under names that do not collide.
 * Method: a small folder of schemas, asked for types in every form of docs/manifest.md.
 */
import test from 'ava'
import type { DataType, Encoding } from '#generator/model/data-type.js'
import { loadTypes } from '#generator/type-system.js'

const place = { file: 'a.topology.yaml', line: 3, column: 5 }

function folder(options = {}) {
  return loadTypes(
    [
      { path: 'b.avsc', content: '{"type":"record","name":"shop.b.Item","fields":[{"name":"x","type":"shop.a.Item"}]}' },
      { path: 'a.avsc', content: '{"type":"record","name":"shop.a.Item","fields":[{"name":"n","type":"long"}]}' },
      { path: 'c.avdl', content: '@namespace("seed") protocol P { record User { string name; } }' },
    ],
    options,
  )
}

function resolved(written: unknown, types = folder()): DataType {
  const result = types.resolve(written, place)
  if (!('type' in result)) throw new Error(result.diagnostics.map(({ message }) => message).join())
  return result.type
}

const rows: readonly (readonly [unknown, Encoding, string, string, string])[] = [
  ['string', 'avro', 'string', 'stringSerde', 'string'],
  ['long?', 'avro', 'number | null', 'longSerde', 'long?'],
  [[null, 'uuid'], 'avro', 'string | null', 'uuidSerde', 'uuid?'],
  [['null', 'bytes'], 'avro', 'Uint8Array | null', 'bytesSerde', 'bytes?'],
  ['seed.User', 'avro', 'User', 'avroSerde(userCodec)', 'seed.User'],
  ['User?', 'avro-bare', 'User | null', 'avroBareSerde(userCodec)', 'seed.User?'],
  ['seed.User', 'confluent', 'User', 'confluentSerde(userCodec)', 'seed.User'],
  ['seed.User', 'json', 'User', 'avroJsonSerde(userCodec)', 'seed.User'],
  ['shop.a.Item', 'avro', 'ShopAItem', 'avroSerde(shopAItemCodec)', 'shop.a.Item'],
  [
    { timeWindowed: 'string', size: '10s' },
    'avro',
    'Windowed<string>',
    'timeWindowedSerde(stringSerde, 10_000)',
    '{ timeWindowed: string, size: 10s }',
  ],
  [{ sessionWindowed: 'User' }, 'avro', 'Windowed<User>', 'sessionWindowedSerde(avroSerde(userCodec))', '{ sessionWindowed: seed.User }'],
]

for (const [written, encoding, typescript, serde, described] of rows) {
  test(`${JSON.stringify(written)} as ${encoding}`, (t) => {
    const types = folder()
    const type = resolved(written, types)
    t.is(types.typescript(type).text, typescript)
    t.is(types.serde(type, encoding).text, serde)
    t.is(types.describe(type), described)
    t.true(types.equal(type, resolved(written, types)))
  })
}

test('a type in place is written out, and gets a codec of its own', (t) => {
  const types = folder()
  const type = resolved({ type: 'array', items: ['null', 'int', 'seed.User'] }, types)
  t.is(
    types.typescript(type).text,
    "readonly ({ readonly type: 'int'; readonly value: number } | { readonly type: 'seed.User'; readonly value: User } | null)[]",
  )
  const [codec] = types.serde(type, 'avro').imports.filter(({ from }) => from.startsWith('types/in-place/'))
  t.true(types.files().get(`${codec?.from}.ts`)?.includes(`export const ${codec?.name}: AvroCodec<`))
  const other = resolved([null, 'int', 'string'], types)
  t.true(other.nullable, 'null is that of Kafka, whatever else there is')
  t.is(types.describe(other), '[int, string]?')
})

test('a named type in place becomes one of the folder', (t) => {
  const types = folder()
  const type = resolved({ type: 'enum', name: 'seed.Kind', symbols: ['A'] }, types)
  t.is(types.typescript(type).text, 'Kind')
  t.true(types.files().has('types/seed/kind.ts'))
  t.true(types.equal(type, resolved('seed.Kind', types)))
})

test('imports give way to what the file declares', (t) => {
  const types = folder()
  const type = resolved('seed.User', types)
  const taken = new Set(['User'])
  t.deepEqual(types.typescript(type, taken), {
    text: 'SeedUser',
    imports: [{ name: 'User', as: 'SeedUser', from: 'types/seed/user', typeOnly: true }],
  })
  t.is(types.serde(type, 'avro', taken).text, 'avroSerde(seedUserCodec)')
  t.is(types.serde(type, 'avro', new Set(['userCodec', 'avroSerde'])).text, 'avroSerde_(seedUserCodec)')
})

test('longs are bigints on demand, but those of Kafka', (t) => {
  const types = folder({ long: 'bigint' })
  t.is(types.typescript(resolved('long', types)).text, 'number')
  t.true(types.files().get('types/shop/a/item.ts')?.includes('readonly n: bigint'))
})

const wrong: readonly (readonly [unknown, RegExp])[] = [
  ['seed.user', /no type seed.user.*seed.User/],
  ['Item', /ambiguous.*`shop.a.Item` or `shop.b.Item`/],
  ['strng', /no type strng/],
  ['null', /null alone/],
  [{ timeWindowed: 'string' }, /size of its window/],
  [{ timeWindowed: 'string', size: 'soon' }, /size of its window/],
  [{ sessionWindowed: 'string', size: '1s' }, /does not take the key size/],
  [{ type: 'recrd' }, /no type recrd/],
  [1, /a schema is a name/],
  [() => 1, /a type is a name/],
]

for (const [written, message] of wrong) {
  test(`${String(JSON.stringify(written))} is told at its place`, (t) => {
    const result = folder().resolve(written, place)
    t.true('diagnostics' in result)
    if (!('diagnostics' in result)) return
    const [first] = result.diagnostics
    t.regex(`${first?.message} ${first?.hint ?? ''}`, message)
    t.deepEqual(first?.place, place)
  })
}
