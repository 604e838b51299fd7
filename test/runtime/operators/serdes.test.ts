/** Goal: bytes of internal topics and buffers are what they should be. Method: bytes as Java writes them; random values there and back; damage. */
import test from 'ava'
import { isStreamError } from '#runtime/core/errors.js'
import { Headers } from '#runtime/core/headers.js'
import { bufferedRecordSerde } from '#runtime/operators/buffers/buffered-record.js'
import { answerSerde, instruction, subscriptionKeySerde, subscriptionSerde } from '#runtime/operators/joins/subscription.js'
import { unmatchedKeySerde, unmatchedValuesSerde } from '#runtime/operators/joins/unmatched.js'
import { valueHash } from '#runtime/operators/joins/value-hash.js'
import { changeSerde } from '#runtime/operators/tables/change-serde.js'
import { longSerde, stringSerde } from '#runtime/serde/primitives.js'
import type { Serde } from '#runtime/serde/serde.js'

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
const bytesOf = (text: string) => new TextEncoder().encode(text)

test('changes are written as ChangedSerializer writes them', (t) => {
  const serde = changeSerde(stringSerde)
  const change = (newValue: string | null, oldValue: string | null) => ({ newValue, oldValue, isLatest: true })
  t.is(hex(serde.serialize(change(null, 'old'))), '6f6c6400')
  t.is(hex(serde.serialize(change('new', null))), '6e657701')
  t.is(hex(serde.serialize(change('new', 'old'))), '066e65776f6c6402', 'the length is a zigzag varint')
  const long = change('n'.repeat(100), 'o')
  t.is(hex(serde.serialize(long)).slice(0, 4), 'c801')
  for (const value of [change(null, ''), change('', null), change('', ''), long, change('a', 'b'.repeat(20_000))]) {
    t.deepEqual(serde.deserialize(serde.serialize(value)), value)
  }
})

test('subscriptions and answers are written as Kafka Streams writes them, but for the hash', (t) => {
  const hash = Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex')
  const serde = subscriptionSerde(stringSerde)
  const subscription = { hash: new Uint8Array(hash), instruction: instruction.answer, primaryKey: 'pk', primaryPartition: 7 }
  t.is(hex(serde.serialize(subscription)), `0102${hash.toString('hex')}706b00000007`)
  t.is(hex(serde.serialize({ ...subscription, hash: null })), '8102706b00000007')
  for (const value of [subscription, { ...subscription, hash: null }, { ...subscription, primaryKey: '' }]) {
    t.deepEqual(serde.deserialize(serde.serialize(value)), value)
  }
  const answers = answerSerde(longSerde)
  t.is(hex(answers.serialize({ hash: new Uint8Array(hash), value: 5 })), `00${hash.toString('hex')}0000000000000005`)
  for (const value of [
    { hash: new Uint8Array(hash), value: 5 },
    { hash: null, value: 5 },
    { hash: new Uint8Array(hash), value: null },
    { hash: null, value: null },
  ]) {
    t.deepEqual(answers.deserialize(answers.serialize(value)), value)
  }
  t.is(hex(subscriptionKeySerde(stringSerde, longSerde).serialize({ foreignKey: 'fk', primaryKey: 1 })), '00000002666b0000000000000001')
})

test('a hash of a row is MurmurHash3, and tells rows apart by one bit', (t) => {
  t.is(hex(valueHash(bytesOf('I will not buy this record, it is scratched.'))), 'a0a9683b25ac5e40d9af2895890dddf5')
  const hashes = new Set<string>()
  for (let length = 0; length < 40; length += 1) {
    const bytes = new Uint8Array(length)
    hashes.add(hex(valueHash(bytes)))
    for (let bit = 0; bit < length * 8; bit += 1) {
      bytes[bit >> 3]! ^= 1 << (bit & 7)
      hashes.add(hex(valueHash(bytes)))
      bytes[bit >> 3]! ^= 1 << (bit & 7)
    }
  }
  t.is(hashes.size, 40 + (39 * 40 * 8) / 2)
})

test('buffered records keep where they came from, headers and nulls', (t) => {
  const headers = Headers.of([
    { key: 'h', value: bytesOf('ä') },
    { key: 'h', value: null },
    { key: '', value: new Uint8Array(0) },
  ])
  const origin = { metadata: { topic: 'tøpic', partition: 3, offset: 2 ** 40 }, timestamp: 1_700_000_000_000, headers }
  const values = [bytesOf('value'), null, new Uint8Array(0)]
  for (const record of [
    { time: 12, origin, values },
    { time: 0, origin: { metadata: undefined, timestamp: -1, headers: Headers.empty }, values: [null] },
  ]) {
    const { time, origin, values } = bufferedRecordSerde.deserialize(bufferedRecordSerde.serialize(record))
    t.deepEqual(
      { time, values, metadata: origin.metadata, timestamp: origin.timestamp },
      {
        time: record.time,
        values: record.values,
        metadata: record.origin.metadata,
        timestamp: record.origin.timestamp,
      },
    )
    t.deepEqual(origin.headers.toArray(), record.origin.headers.toArray())
  }
})

test('unmatched records sort by time, then right before left, then key', (t) => {
  const serde = unmatchedKeySerde(stringSerde)
  const keys = [
    { timestamp: 1, left: false, key: 'z' },
    { timestamp: 1, left: true, key: 'a' },
    { timestamp: 1, left: true, key: 'b' },
    { timestamp: 256, left: false, key: '' },
  ]
  const bytes = keys.map((key) => serde.serialize(key))
  t.deepEqual(bytes.toSorted(Buffer.compare), bytes)
  t.deepEqual(
    bytes.map((key) => serde.deserialize(key)),
    keys,
  )
  const values = unmatchedValuesSerde(stringSerde, longSerde)
  for (const entry of [
    { left: true, values: ['a', '', 'b'] },
    { left: false, values: [1, 2] },
  ]) {
    t.deepEqual(values.deserialize(values.serialize(entry)), entry)
  }
})

test('bytes that are damaged are an error, never something else', (t) => {
  const metadata = { topic: 'topic', partition: 0, offset: 1 }
  const record = { time: 1, origin: { metadata, timestamp: 1, headers: Headers.empty.with('h', 'v') }, values: [bytesOf('value')] }
  const written: readonly [Serde, Uint8Array][] = [
    [bufferedRecordSerde, bufferedRecordSerde.serialize(record)],
    [
      subscriptionSerde(longSerde),
      subscriptionSerde(longSerde).serialize({ hash: null, instruction: 0, primaryKey: 1, primaryPartition: 0 }),
    ],
    [unmatchedKeySerde(longSerde), unmatchedKeySerde(longSerde).serialize({ timestamp: 1, left: true, key: 1 })],
    [unmatchedValuesSerde(longSerde, longSerde), unmatchedValuesSerde(longSerde, longSerde).serialize({ left: true, values: [1] })],
    [changeSerde(longSerde), changeSerde(longSerde).serialize({ newValue: 1, oldValue: 2, isLatest: true })],
    [subscriptionKeySerde(longSerde, longSerde), subscriptionKeySerde(longSerde, longSerde).serialize({ foreignKey: 1, primaryKey: 2 })],
  ]
  for (const [serde, bytes] of written) {
    const error = t.throws(() => serde.deserialize(bytes.subarray(0, bytes.length - 3)), undefined, serde.name)
    t.true(isStreamError(error) && error.code === 'DESERIALIZATION', `${serde.name}: ${String(error)}`)
  }
})
