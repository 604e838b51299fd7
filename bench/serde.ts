/** npm run bench:serde: generated serdes beside avsc's types, on the login event. Ratios above 1 mean that generated code is faster. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import avsc from 'avsc'
import { avroBareSerde, avroSerde } from 'millrace/codegen'
import { generateAll } from '../test/conformance/avro/generated.js'

const events = 2000
const rounds = 200

const schema = readFileSync(join(import.meta.dirname, '../../bench/jobs/schemas/LoginEvent.avsc'), 'utf8')
const { generated, problems } = generateAll('bench-serde', [{ folder: 'login', schema, long: 'number' }], (_, message) => {
  throw new Error(message)
})
if (problems !== '') throw new Error(problems)
const codec = await [...generated.values()][0]!.codec()
const bare = avroBareSerde(codec)
const single = avroSerde(codec)
const type = avsc.Type.forSchema(JSON.parse(schema))

const values = Array.from({ length: events }, (_, index) => ({
  user: `user-${(index * 7919) % 50_000}`,
  ip: `10.${index % 256}.${(index * 31) % 256}.${(index * 17) % 256}`,
  userAgent: index % 3 === 0 ? null : 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0',
  success: index % 5 !== 0,
  at: 1_700_000_000_000 + index,
}))
const data = values.map((value) => type.toBuffer(value))
for (const [index, value] of values.entries()) {
  if (!data[index]!.equals(bare.serialize(value))) throw new Error(`value ${index} is written in two ways`)
}
const framed = values.map((value) => single.serialize(value))

/** The least of the times of all rounds, in nanoseconds a record: what the machine does when nothing else runs. */
function measure(run: (index: number) => unknown): number {
  let best = Number.POSITIVE_INFINITY
  let kept: unknown
  for (let round = 0; round < rounds; round += 1) {
    const start = process.hrtime.bigint()
    for (let index = 0; index < events; index += 1) kept = run(index)
    best = Math.min(best, Number(process.hrtime.bigint() - start) / events)
  }
  if (kept === undefined) throw new Error('nothing was measured')
  return best
}

const rows: readonly (readonly [string, (index: number) => unknown, (index: number) => unknown])[] = [
  ['encode', (index) => bare.serialize(values[index]), (index) => type.toBuffer(values[index])],
  ['decode', (index) => bare.deserialize(data[index]!), (index) => type.fromBuffer(data[index]!)],
  ['encode, single object', (index) => single.serialize(values[index]), (index) => type.toBuffer(values[index])],
  ['decode, single object', (index) => single.deserialize(framed[index]!), (index) => type.fromBuffer(data[index]!)],
]
for (const [name, own, other] of rows) {
  const [ownNs, otherNs] = [measure(own), measure(other)]
  console.log(
    `${name.padEnd(22)} generated ${ownNs.toFixed(0).padStart(5)} ns, avsc ${otherNs.toFixed(0).padStart(5)} ns, ratio ${(otherNs / ownNs).toFixed(2)}`,
  )
}
