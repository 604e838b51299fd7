/**
 * Goal: our encoding of Kafka's record batches is right to the byte, and damaged ones are refused. Method: known checksums and bytes of
 * Kafka's documentation, random records there and back (the seed is in the title), and bytes changed at random. A real broker reads and
 * writes the same batches in the suite of clients.
 */
import test from 'ava'
import type { ConsumedRecord, ProducedRecord } from '#runtime/client/client.js'
import { readBatches, readRecords } from '#runtime/client/kafkajs/wire/batch-reader.js'
import { BatchWriter, identify } from '#runtime/client/kafkajs/wire/batch-writer.js'
import { crc32c } from '#runtime/client/kafkajs/wire/crc32c.js'
import { putVarint, putVarlong, sizeOfVarint, sizeOfVarlong } from '#runtime/client/kafkajs/wire/writer.js'
import { isStreamError } from '#runtime/core/errors.js'

const at = { topic: 't', partition: 0 }
const identity = { producerId: 4_294_967_299n, producerEpoch: 7, baseSequence: 11, transactional: true }
const largest = Number.MAX_SAFE_INTEGER

/** Mulberry32. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

async function encode(records: readonly ProducedRecord[]): Promise<Buffer> {
  const writer = new BatchWriter(16)
  for (const record of records) writer.append(record)
  const batch = await writer.seal()
  identify(batch, identity)
  return batch
}

function decode(bytes: Buffer, from = 0): ConsumedRecord[] {
  const records: ConsumedRecord[] = []
  for (const batch of readBatches(bytes)) readRecords(batch, from, records)
  return records
}

test('checksums are those of RFC 3720', (t) => {
  t.is(crc32c(Buffer.from('123456789')), 0xe3069283)
  t.is(crc32c(Buffer.alloc(32)), 0x8a9136aa)
  t.is(crc32c(Buffer.alloc(32, 0xff)), 0x62a8ab43)
  t.is(crc32c(Buffer.from(Array.from({ length: 32 }, (_, n) => n))), 0x46dd794e)
  t.is(crc32c(Buffer.from('--123456789--'), 2, 11), 0xe3069283)
})

test('varints are zigzag, and as long as was said', (t) => {
  const bytes = Buffer.alloc(16)
  const hex = (end: number) => bytes.subarray(0, end).toString('hex')
  const ints = { 0: '00', '-1': '01', 1: '02', 63: '7e', '-64': '7f', 64: '8001', 2147483647: 'feffffff0f', '-2147483648': 'ffffffff0f' }
  for (const [value, expected] of Object.entries(ints)) {
    t.is(hex(putVarint(bytes, 0, Number(value))), expected, value)
    t.is(sizeOfVarint(Number(value)), expected.length / 2, value)
  }
  const longs = {
    ...ints,
    2147483648: '8080808010',
    [-(2 ** 40)]: 'ffffffffff3f',
    [largest]: 'feffffffffffff1f',
    [-largest]: 'fdffffffffffff1f',
  }
  for (const [value, expected] of Object.entries(longs)) {
    t.is(hex(putVarlong(bytes, 0, Number(value))), expected, value)
    t.is(sizeOfVarlong(Number(value)), expected.length / 2, value)
  }
})

test('a batch is laid out as the documentation says', async (t) => {
  const batch = await encode([
    { ...at, key: Buffer.from('k'), value: Buffer.from('v'), timestamp: 1_000, headers: [{ key: 'h', value: null }] },
    { ...at, key: null, value: Buffer.alloc(0), timestamp: 1_003, headers: [] },
  ])
  const header = ['0000000000000000', '00000044', 'ffffffff', '02', batch.toString('hex', 17, 21)]
  const rest = ['0010', '00000001', '00000000000003e8', '00000000000003eb', '0000000100000003', '0007', '0000000b', '00000002']
  const records = ['16', '00', '00', '00', '026b', '0276', '02', '0268', '01', '0c', '00', '06', '02', '01', '00', '00']
  t.is(batch.toString('hex'), [...header, ...rest, ...records].join(''))
})

const seed = Date.now() % 1_000_000
test(`random records come back as they were (seed ${seed})`, async (t) => {
  const random = randomFrom(seed)
  const bytes = (longest: number) => (random(5) === 0 ? null : Buffer.from(Array.from({ length: random(longest) }, () => random(256))))
  const timestamps = [() => 1_700_000_000_000 + random(1_000_000), () => random(1_000), () => largest - random(10), () => 0]
  for (let round = 0; round < 50; round += 1) {
    const records = Array.from({ length: 1 + random(200) }, () => ({
      ...at,
      key: bytes(40),
      value: bytes(random(20) === 0 ? 20_000 : 200),
      timestamp: timestamps[random(timestamps.length)]!(),
      headers: Array.from({ length: random(3) }, () => ({ key: `ü${random(100)}`, value: bytes(20) })),
    }))
    const encoded = await encode(records)
    const plain = (each: Omit<ConsumedRecord, 'offset'>) => ({
      key: each.key && Buffer.from(each.key).toString('hex'),
      value: each.value && Buffer.from(each.value).toString('hex'),
      timestamp: each.timestamp,
      headers: each.headers.map(({ key, value }) => [key, value && Buffer.from(value).toString('hex')]),
    })
    // What is cut off at the end of a fetch is left out.
    const decoded = decode(Buffer.concat([encoded, encoded.subarray(0, random(encoded.length))]))
    t.deepEqual(decoded.map(plain), records.map(plain))
    t.deepEqual(
      decoded.map(({ offset }) => offset),
      records.map((_, n) => n),
    )
    const from = random(records.length)
    t.is(decode(encoded, from)[0]?.offset, from)
  }
})

test(`damaged batches are refused, and end (seed ${seed})`, async (t) => {
  const random = randomFrom(seed)
  const record = (n: number) => ({ ...at, key: Buffer.from(`${n}`), value: Buffer.alloc(random(50)), timestamp: n, headers: [] })
  for (let round = 0; round < 2_000; round += 1) {
    const batch = await encode(Array.from({ length: 1 + random(10) }, (_, n) => record(n)))
    // Behind the length, whose damage looks like a batch that is cut off.
    const place = 16 + random(batch.length - 16)
    batch[place] = batch[place]! ^ (1 + random(255))
    if (random(2) === 0) batch.writeUInt32BE(crc32c(batch, 21), 17) // as if damaged before the checksum was taken
    try {
      t.true(decode(batch).length < 1_000_000)
    } catch (error) {
      t.true(isStreamError(error) ? error.code === 'CORRUPT_BATCH' : error instanceof RangeError, `${error}`)
    }
  }
})
