/**
 * Goal: Kafka's own serdes give and take the bytes that Java's give and take.
 * Method: bytes recorded by hand from Kafka's serializers, both ways; wrong sizes and values are typed errors.
 */
import test from 'ava'
import { isStreamError } from 'millrace'
import * as codegen from 'millrace/codegen'

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'hex'))

const rows: readonly (readonly [codegen.Serde, unknown, string])[] = [
  [codegen.stringSerde, 'aé€😀', '61c3a9e282acf09f9880'],
  [codegen.stringSerde, '', ''],
  [codegen.shortSerde, -2, 'fffe'],
  [codegen.shortSerde, 32767, '7fff'],
  [codegen.intSerde, -2147483648, '80000000'],
  [codegen.intSerde, 258, '00000102'],
  [codegen.longSerde, 1, '0000000000000001'],
  [codegen.longSerde, -1, 'ffffffffffffffff'],
  [codegen.longSerde, -4294967297, 'fffffffeffffffff'],
  [codegen.longSerde, Number.MAX_SAFE_INTEGER, '001fffffffffffff'],
  [codegen.longSerde, Number.MIN_SAFE_INTEGER, 'ffe0000000000001'],
  [codegen.floatSerde, 1.5, '3fc00000'],
  [codegen.doubleSerde, -0.1, 'bfb999999999999a'],
  [codegen.booleanSerde, true, '01'],
  [codegen.booleanSerde, false, '00'],
  [codegen.bytesSerde, bytes('00ff'), '00ff'],
  [codegen.uuidSerde, '123e4567-e89b-12d3-a456-426614174000', Buffer.from('123e4567-e89b-12d3-a456-426614174000').toString('hex')],
  [codegen.timeWindowedSerde(codegen.stringSerde, 500), { key: 'k', start: 1000, end: 1500 }, '6b00000000000003e8'],
  [codegen.sessionWindowedSerde(codegen.stringSerde), { key: 'k', start: 1, end: 2 }, '6b00000000000000020000000000000001'],
]

for (const [serde, value, expected] of rows) {
  test(`${serde.name} ${JSON.stringify(value)} is ${expected || 'no bytes'}`, (t) => {
    t.is(hex(serde.serialize(value)), expected)
    t.deepEqual(serde.deserialize(bytes(expected)), value)
  })
}

test('an unpaired surrogate is written as ?, as Java does', (t) => {
  t.is(hex(codegen.stringSerde.serialize('a\ud800b')), '613f62')
})

test('a UUID is written in lower case', (t) => {
  t.is(
    codegen.uuidSerde.deserialize(codegen.uuidSerde.serialize('123E4567-E89B-12D3-A456-426614174000')),
    '123e4567-e89b-12d3-a456-426614174000',
  )
})

test('the bytes that deserialize returns are its own', (t) => {
  const input = bytes('0102')
  const value = codegen.bytesSerde.deserialize(input)
  input[0] = 9
  t.deepEqual(value, bytes('0102'))
})

const unreadable: readonly (readonly [codegen.Serde, string])[] = [
  [codegen.longSerde, '00'],
  [codegen.longSerde, '0020000000000000'],
  [codegen.longSerde, '7fffffffffffffff'],
  [codegen.intSerde, '0000000000'],
  [codegen.shortSerde, ''],
  [codegen.floatSerde, '00'],
  [codegen.doubleSerde, '00'],
  [codegen.booleanSerde, '02'],
  [codegen.uuidSerde, '6162'],
  [codegen.timeWindowedSerde(codegen.stringSerde, 500), '00'],
  [codegen.timeWindowedSerde(codegen.stringSerde, 500), 'ffffffffffffffff'],
  [codegen.sessionWindowedSerde(codegen.stringSerde), '00000000000000010000000000000002'],
]

for (const [serde, text] of unreadable) {
  test(`${serde.name} refuses the bytes ${text || '(none)'}`, (t) => {
    const error = t.throws(() => serde.deserialize(bytes(text)))
    t.true(isStreamError(error) && error.code === 'DESERIALIZATION')
  })
}

const unwritable: readonly (readonly [codegen.Serde, unknown])[] = [
  [codegen.stringSerde, 1],
  [codegen.stringSerde, null],
  [codegen.shortSerde, 32768],
  [codegen.intSerde, 1.5],
  [codegen.intSerde, 2147483648],
  [codegen.intSerde, '1'],
  [codegen.longSerde, 2 ** 53],
  [codegen.longSerde, 1n],
  [codegen.longSerde, Number.NaN],
  [codegen.floatSerde, '1'],
  [codegen.doubleSerde, undefined],
  [codegen.booleanSerde, 1],
  [codegen.bytesSerde, 'a'],
  [codegen.uuidSerde, 'a'],
  [codegen.timeWindowedSerde(codegen.stringSerde, 500), { key: 'k', start: -1, end: 1 }],
]

for (const [serde, value] of unwritable) {
  test(`${serde.name} refuses the value ${typeof value} ${String(value)}`, (t) => {
    const error = t.throws(() => serde.serialize(value))
    t.true(isStreamError(error) && error.code === 'SERIALIZATION')
  })
}

test('a value that is exact is serialized without an error, and comes back the same', (t) => {
  const values = [
    0,
    -0,
    1,
    -1,
    1.5,
    2 ** 15,
    2 ** 31,
    2 ** 53,
    -(2 ** 53),
    Number.NaN,
    Number.POSITIVE_INFINITY,
    '',
    'aé😀',
    '\ud800',
    true,
    null,
    {},
  ]
  for (const serde of [
    codegen.stringSerde,
    codegen.shortSerde,
    codegen.intSerde,
    codegen.longSerde,
    codegen.doubleSerde,
    codegen.booleanSerde,
  ]) {
    const exact = values.filter((value) => serde.isExact?.(value as never))
    t.true(exact.length > 0, serde.name)
    for (const value of exact) {
      const back = (serde as codegen.Serde).deserialize(serde.serialize(value as never))
      t.true(Object.is(back, value) && typeof value !== 'object', `${serde.name} ${String(value)}`)
    }
  }
})
