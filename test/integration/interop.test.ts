/**
 * Goal: what Java's Avro, Kafka and registry serdes write, Millrace reads, and the other way round, to the byte.
 * Method: a Java process with those libraries (test/integration/java) exchanges bytes with generated code: records made by hand on both sides, random
 * schemas and values from a seed that is printed (SEED=… runs it again), Kafka's own types, and a registry's framing by way of a real registry.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import anyTest from 'ava'
import { Decimal, silentLogger } from 'millrace'
import * as serdes from 'millrace/codegen'
import { type AvroCodec, avroBareSerde, avroJsonSerde, avroSerde, confluentSerde, type Serde } from 'millrace/codegen'
import { HttpRegistry } from '#runtime/registry/http-registry.js'
import { schemaOf } from '#runtime/serde/schema.js'
import { schemaText } from '#runtime/serde/schema-text.js'
import { generateAll } from '../conformance/avro/generated.js'
import { RandomSchema } from '../conformance/avro/random-schema.js'
import { randomValue } from '../conformance/avro/random-value.js'
import { JavaSide, missingForJava, type Value } from '../helpers/java/java-side.js'
import { Random } from '../helpers/random.js'
import { missingForRegistry, type RunningRegistry, startRegistry } from '../helpers/registry/registry.js'
import { requires } from '../helpers/requires.js'

const test = requires(anyTest, missingForJava() ?? missingForRegistry())
const random = new Random()
const encodings = ['single', 'bare', 'json'] as const
const everything = readFileSync(join(import.meta.dirname, '../../../test/integration/java/everything.avsc'), 'utf8')
let java: JavaSide
let registry: RunningRegistry

test.before(async () => {
  java = new JavaSide()
  registry = await startRegistry()
})
test.after.always(async () => {
  java?.close()
  await registry?.stop()
})

const hex = (bytes: Uint8Array | null) => bytes && Buffer.from(bytes).toString('hex')
const bytes = (text: Value | undefined) => new Uint8Array(Buffer.from(text ?? '', 'hex'))

function serdeOf<T>(codec: AvroCodec<T>, encoding: (typeof encodings)[number]): Serde<T> {
  return { single: avroSerde<T>, bare: avroBareSerde<T>, json: avroJsonSerde<T> }[encoding](codec)
}

const full = {
  boolean: true,
  int: -(2 ** 31),
  long: Number.MAX_SAFE_INTEGER,
  float: Math.fround(0.1),
  double: -1e300,
  bytes: Uint8Array.of(0, 255),
  string: 'héllo €😀',
  fixed: Uint8Array.of(1, 2, 3, 252),
  enum: 'HEARTS',
  array: [1, null, -3],
  map: new Map([['__proto__', 'x']]),
  nullable: 'here',
  last: 7,
  union: { type: 'interop.Leaf', value: {} },
  next: null,
  price: Decimal.of('-123456789012345678.90'),
  fixedPrice: Decimal.of('-12345.6789'),
  bigPrice: new Decimal(-123456789012345678901234567890n, -70),
  uuid: '123e4567-e89b-12d3-a456-426614174000',
  date: Date.UTC(2026, 1, 28) / 86_400_000,
  timeMillis: 86_399_999,
  timeMicros: 86_399_999_999,
  millis: Date.UTC(2026, 0, 2, 3, 4, 5, 678),
  micros: 253_402_300_799_999_999n,
  nanos: BigInt(Date.UTC(2026, 0, 2, 3, 4, 5)) * 1_000_000n + 678_901_234n,
  localMillis: Date.UTC(2026, 0, 2, 3, 4, 5, 678),
  localMicros: BigInt(Date.UTC(2026, 0, 2, 3, 4, 5)) * 1_000n + 678_901n,
  maybeWhen: 0,
}
const empty = {
  ...{
    boolean: false,
    int: 0,
    long: 0,
    float: 0,
    double: 0,
    bytes: new Uint8Array(),
    string: '',
    fixed: new Uint8Array(4),
    enum: 'SPADES',
  },
  ...{ array: [], map: new Map(), nullable: null, last: null, union: null, next: null, price: Decimal.of('0.00') },
  ...{
    fixedPrice: Decimal.of('0.0000'),
    bigPrice: Decimal.of('0.00'),
    uuid: '00000000-0000-0000-0000-000000000000',
    date: -1,
    timeMillis: 0,
    timeMicros: 0,
    millis: -1,
  },
  ...{ micros: 0n, nanos: 0n, localMillis: 0, localMicros: 0n, maybeWhen: null },
}
const records: Readonly<Record<string, unknown>> = { full, empty, nested: { ...empty, next: full } }

async function everythingCodec(): Promise<AvroCodec<unknown>> {
  const schema = { folder: 'everything', schema: everything, long: 'number' } as const
  const { problems, generated } = generateAll('interop-everything', [schema], (_, message) => {
    throw new Error(message)
  })
  if (problems !== '') throw new Error(problems)
  return generated.get(schema)!.codec()
}

test('records of all types, made by hand on both sides with logical types, are the same bytes in each encoding', async (t) => {
  const codec = await everythingCodec()
  const names = Object.keys(records)
  for (const encoding of encodings) {
    const serde = serdeOf(codec, encoding)
    const written = await java.ask('writeEverything', { schema: everything, encoding }, names)
    for (const [index, name] of names.entries()) {
      t.deepEqual(serde.deserialize(bytes(written[index])), records[name], `Millrace reads Java's ${name}, ${encoding}`)
      if (encoding !== 'json') t.is(hex(serde.serialize(records[name])), written[index]!, `the bytes of ${name}, ${encoding}`)
    }
    const own = names.map((name) => hex(serde.serialize(records[name])))
    t.deepEqual(await java.ask('readEverything', { schema: everything, encoding }, own), names, `Java reads Millrace's, ${encoding}`)
  }
})

/** What Java's JSON encoding does not hold: numbers that it writes as texts and does not read, the sign of zero, a record without fields. */
const javaLoses = /"(NaN|-?Infinity)"|-0\.0|\{\}/

test(`random schemas and values go to Java and back, from each encoding to each (seed ${random.seed})`, async (t) => {
  const schemas = Array.from({ length: 25 }, (_, index) => ({
    folder: `case-${index}`,
    schema: JSON.stringify(new RandomSchema(random, index % 2 === 0).record()),
    long: 'bigint' as const,
  }))
  const { generated } = generateAll('interop-random', schemas, () => {})
  let exchanged = 0
  for (const [{ folder, schema }, each] of generated) {
    const codec = await each.codec()
    const values = Array.from({ length: 6 }, () => randomValue(schemaOf(codec), random))
    for (const from of encodings) {
      for (const to of encodings) {
        const sent = values.flatMap((value) => {
          const text = Buffer.from(avroJsonSerde(codec).serialize(value)).toString()
          const skipped = (from === 'json' || to === 'json') && javaLoses.test(text)
          return skipped ? [] : [{ value, own: hex(serdeOf(codec, from).serialize(value)) }]
        })
        const options = { schema: schemaText(codec), from, to }
        const copies = await java.ask(
          'copyAvro',
          options,
          sent.map(({ own }) => own),
        )
        for (const [index, { value }] of sent.entries()) {
          const back = serdeOf(codec, to).deserialize(bytes(copies[index]))
          if (!isDeepStrictEqual(back, value)) t.deepEqual(back, value, `${folder} ${from} to ${to}: ${schema}`)
          exchanged += 1
        }
      }
    }
  }
  t.log(`${exchanged} values exchanged`)
  t.true(exchanged > 600)
})

const { stringSerde } = serdes
const windowed = (text: string) => {
  const [key = '', start, end] = text.split('|')
  return { key, start: Number(start), end: Number(end) }
}
const ofWindow = (value: unknown) => {
  const { key, start, end } = value as { key: string; start: number; end: number }
  return `${key}|${start}|${end}`
}
const asBytes = { serde: serdes.bytesSerde, parse: (text: string) => bytes(text), print: (value: unknown) => hex(value as Uint8Array)! }

/** By the type's name in KafkaFormats.java: the serde, and values as text. */
const kafkaTypes: Readonly<
  Record<string, { serde: Serde; parse: (text: string) => unknown; print: (value: unknown) => string; values: readonly string[] }>
> = {
  string: { serde: stringSerde, parse: (text) => text, print: String, values: ['', 'a', 'é€😀', '\u0000'] },
  int: { serde: serdes.intSerde, parse: Number, print: String, values: ['0', '-1', '2147483647', '-2147483648'] },
  long: { serde: serdes.longSerde, parse: Number, print: String, values: ['0', '-1', '9007199254740991', '-9007199254740991'] },
  short: { serde: serdes.shortSerde, parse: Number, print: String, values: ['0', '-1', '32767', '-32768'] },
  float: {
    serde: serdes.floatSerde,
    parse: Number,
    print: (value) => javaText(value),
    values: ['0.0', '-0.0', '0.5', '-3.25', 'NaN', 'Infinity'],
  },
  double: {
    serde: serdes.doubleSerde,
    parse: Number,
    print: (value) => javaText(value),
    values: ['0.0', '-0.0', '0.1', '-3.25', 'NaN', '-Infinity'],
  },
  boolean: { serde: serdes.booleanSerde, parse: (text) => text === 'true', print: String, values: ['true', 'false'] },
  uuid: { serde: serdes.uuidSerde, parse: (text) => text, print: String, values: ['123e4567-e89b-12d3-a456-426614174000'] },
  bytes: { ...asBytes, values: ['', '00ff'] },
  byteBuffer: { ...asBytes, values: ['', '00ff'] },
  timeWindowed: {
    ...{ serde: serdes.timeWindowedSerde(stringSerde, 60_000), parse: windowed, print: ofWindow },
    values: ['|0|60000', 'é|1700000000000|1700000060000'],
  },
  sessionWindowed: {
    ...{ serde: serdes.sessionWindowedSerde(stringSerde), parse: windowed, print: ofWindow },
    values: ['|0|0', 'é|1700000000000|1700000012345'],
  },
}

function javaText(value: unknown): string {
  return Object.is(value, -0) ? '-0.0' : Number.isInteger(value) ? `${value}.0` : String(value)
}

for (const [type, { serde, parse, print, values }] of Object.entries(kafkaTypes)) {
  test(`Kafka's own ${type} is the same bytes on both sides, and null is null`, async (t) => {
    const written = await java.ask('writeKafka', { type }, [...values, null])
    t.is(written.at(-1), null)
    for (const [index, value] of values.entries()) {
      t.is(hex(serde.serialize(parse(value))), written[index]!, value)
      t.is(print(serde.deserialize(bytes(written[index]))), value)
    }
    t.deepEqual(await java.ask('readKafka', { type }, [...values.map((value) => hex(serde.serialize(parse(value)))), null]), [
      ...values,
      null,
    ])
  })
}

test('a Java serializer of a registry and Millrace read each other, by subjects and ids that they share; tombstones too', async (t) => {
  const codec = await everythingCodec()
  const json = avroJsonSerde(codec)
  const own = new HttpRegistry({ url: registry.url, startTimeoutMs: 60_000, logger: silentLogger })
  t.teardown(() => own.close())
  const apicurio = { url: registry.url.replace('/ccompat/v7', '/registry/v2') }
  for (const side of ['key', 'value'] as const) {
    const at = { ...apicurio, topic: 'shared', key: side === 'key' }
    const texts = Object.values(records).map((record) => Buffer.from(json.serialize(record)).toString())
    const written = await java.ask('writeRegistry', { ...at, schema: schemaText(codec) }, [...texts, null])
    t.is(written.at(-1), null)
    // Not told to register: the subject and the schema that it finds are Java's.
    const serde = await confluentSerde(codec).writer(own, { topic: 'shared', side })
    for (const [index, record] of Object.values(records).entries()) {
      const from = bytes(written[index])
      await serde.prepare?.(from)
      t.deepEqual(serde.deserialize(from), record)
      t.is(hex(serde.serialize(record)), written[index]!)
    }
    const back = await java.ask('readRegistry', at, [...Object.values(records).map((record) => hex(serde.serialize(record))), null])
    t.is(back.at(-1), null)
    t.deepEqual(
      back.slice(0, -1).map((text) => json.deserialize(Buffer.from(text!))),
      Object.values(records),
    )
  }
  const subjects = await registry.api.subjects()
  t.deepEqual(subjects.filter((subject) => subject.startsWith('shared')).toSorted(), ['shared-key', 'shared-value'])
})

test('Java reads, through a registry, what is written with an evolved schema; Millrace reads what Java wrote with another', async (t) => {
  const schema = (fields: string) => `{"type":"record","name":"interop.Point","fields":[${fields}]}`
  const mine = {
    folder: 'mine',
    schema: schema('{"name":"x","type":"long"},{"name":"note","type":["null","string"],"default":null}'),
    long: 'number',
  } as const
  const { generated } = generateAll('interop-point', [mine], (_, message) => t.fail(message))
  const codec = await generated.get(mine)!.codec()
  const own = new HttpRegistry({ url: registry.url, startTimeoutMs: 60_000, logger: silentLogger, register: true })
  t.teardown(() => own.close())
  const at = { url: registry.url.replace('/ccompat/v7', '/registry/v2'), topic: 'evolved', key: false }
  const other = schema('{"name":"color","type":"string"},{"name":"x","type":"int"}')
  const written = await java.ask('writeRegistry', { ...at, schema: other }, ['{"color":"red","x":3}'])
  const serde = await confluentSerde(codec).writer(own, { topic: 'evolved', side: 'value' })
  await serde.prepare?.(bytes(written[0]))
  t.deepEqual(serde.deserialize(bytes(written[0])), { x: 3, note: null })
  t.deepEqual(await java.ask('readRegistry', at, [hex(serde.serialize({ x: 4, note: 'n' }))]), ['{"x":4,"note":{"string":"n"}}'])
})
