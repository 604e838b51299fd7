/** Goal: the metadata of offsets is Kafka Streams' own. Method: text recorded from its TopicPartitionMetadata, both ways; damaged text. */
import test from 'ava'
import { decodeOffsetMetadata, type OffsetMetadata, OffsetMetadataEncoder } from '#runtime/changelog/offset-metadata.js'

const rows = [
  ['AgAAAR9x+wTL', { partitionTime: 1234567890123, numbers: new Map<string, number>() }],
  ['Av//////////AAAAAQAAAAVzdG9yZQAAAAAAAABN', { partitionTime: -1, numbers: new Map([['store', 77]]) }],
] as const

for (const [text, metadata] of rows) {
  test(`Kafka Streams writes and reads ${text}`, (t) => {
    t.is(encoded(metadata), text)
    t.deepEqual(decodeOffsetMetadata(text), metadata)
  })
}

function encoded({ partitionTime, numbers }: OffsetMetadata): string {
  return new OffsetMetadataEncoder(Array.from(numbers, ([name, value]) => ({ name, value }))).encode(partitionTime)
}

test('infinities come back', (t) => {
  const numbers = new Map([
    ['a', Number.POSITIVE_INFINITY],
    ['b', Number.NEGATIVE_INFINITY],
    ['c', -5],
  ])
  t.deepEqual(decodeOffsetMetadata(encoded({ partitionTime: 3, numbers })).numbers, numbers)
})

test('an encoder takes the numbers as they are each time', (t) => {
  const numbers = [
    { name: 'a', value: 1 },
    { name: 'b', value: 2 },
  ]
  const encoder = new OffsetMetadataEncoder(numbers)
  encoder.encode(1)
  numbers[1]!.value = -3
  const { partitionTime, numbers: read } = decodeOffsetMetadata(encoder.encode(7))
  t.deepEqual([partitionTime, ...read.values()], [7, 1, -3])
})

test('version 1 has the time only', (t) => {
  const bytes = Buffer.alloc(9)
  bytes[0] = 1
  bytes.writeBigInt64BE(42n, 1)
  t.deepEqual(decodeOffsetMetadata(bytes.toString('base64')), { partitionTime: 42, numbers: new Map() })
})

test('anything else is unknown, and never throws', (t) => {
  const unknown = { partitionTime: -1, numbers: new Map() }
  for (const text of [undefined, '', 'x', 'not base 64!', 'CQAAAAAAAAAAAA==']) t.deepEqual(decodeOffsetMetadata(text), unknown)
  const whole = Buffer.from(rows[1][0], 'base64')
  for (let length = 0; length < whole.length; length++) {
    t.notThrows(() => decodeOffsetMetadata(whole.subarray(0, length).toString('base64')))
  }
})
