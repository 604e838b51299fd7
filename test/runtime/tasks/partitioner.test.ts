/** Goal: keys go to the partitions that Java's producer chooses. Method: Kafka's own test values of murmur2. */
import test from 'ava'
import { murmur2, partitionOf } from '#runtime/tasks/partitioner.js'

/** From org.apache.kafka.common.utils.UtilsTest. */
const hashes: readonly (readonly [string, number])[] = [
  ['21', -973932308],
  ['foobar', -790332482],
  ['a-little-bit-long-string', -985981536],
  ['a-little-bit-longer-string', -1486304829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ['abc', 479470107],
]

for (const [text, hash] of hashes) {
  test(`murmur2 of ${text}`, (t) => {
    t.is(murmur2(Buffer.from(text)), hash & 0x7fffffff)
    t.is(partitionOf(Buffer.from(text), 7), (hash & 0x7fffffff) % 7)
  })
}

test('bytes above 127 are unsigned, as in Java', (t) => {
  t.is(murmur2(Uint8Array.of(0xff, 0x80, 0xfe)), 957058525)
  t.is(murmur2(Uint8Array.of(0xff, 0x80, 0xfe, 0x81, 0x90)), 234866925)
  t.is(murmur2(new Uint8Array(0)), 275646681)
})
