/**
 * Goal: for any schema, generated code compiles, gives back every value it is given, and meets bytes of any kind with a value or a typed error.
 * Method: random schemas, their evolutions and values from a seed that is printed; SEED=… runs it again.
 */
import { isDeepStrictEqual } from 'node:util'
import test from 'ava'
import { isStreamError } from 'millrace'
import { type AvroCodec, avroBareSerde, avroJsonSerde, avroSerde, type Serde } from 'millrace/codegen'
import { incompatibilities } from '#generator/avro/compatibility.js'
import { schemaOf } from '#runtime/serde/schema.js'
import { Random } from '../../helpers/random.js'
import { type Generated, type GeneratedSchema, generateAll } from './generated.js'
import { evolve, RandomSchema } from './random-schema.js'
import { randomValue } from './random-value.js'

const schemas = 60
const valuesEach = 8
const random = new Random()

const pairs = Array.from({ length: schemas }, (_, index) => {
  const schema = new RandomSchema(random, index % 2 === 0).record()
  const of = (folder: string, json: object): GeneratedSchema => ({
    folder: `case-${index}/${folder}`,
    schema: JSON.stringify(json),
    long: 'bigint',
  })
  return { schema: of('schema', schema), evolved: of('evolved', evolve(schema, random)) }
})
const refused: string[] = []
const { problems, generated } = generateAll(
  'avro-random-test',
  pairs.flatMap(({ schema, evolved }) => [schema, evolved]),
  // A change may make two branches of a union equal, or drop the definition of a type that is used elsewhere: told, and not generated.
  (schema, message) => refused.push(`${schema.folder}: ${message}`),
)

test.before((t) => t.log(`SEED=${random.seed}`))

test('random schemas are taken, and their generated code compiles', (t) => {
  t.is(problems, '')
  t.deepEqual(
    refused.filter((message) => !/avro-union|avro-unknown-type/.test(message)),
    [],
  )
  t.true(generated.size > schemas, 'most are right')
})

test('every value comes back from bytes and from JSON', async (t) => {
  for (const { schema } of pairs) {
    const codec = await codecOf(schema)
    if (codec === undefined) continue
    for (let left = valuesEach; left > 0; left -= 1) {
      const value = randomValue(schemaOf(codec), random)
      for (const serde of [avroSerde(codec), avroBareSerde(codec), avroJsonSerde(codec)]) {
        const back = serde.deserialize(serde.serialize(value))
        if (!isDeepStrictEqual(back, value)) t.deepEqual(back, value, `${schema.folder} ${serde.name} ${schema.schema}`)
      }
    }
  }
  t.pass()
})

test('bytes that were changed give a value or a typed error', async (t) => {
  for (const { schema } of pairs) {
    const codec = await codecOf(schema)
    if (codec === undefined) continue
    const serde = avroBareSerde(codec)
    for (let left = valuesEach; left > 0; left -= 1) {
      const bytes = Uint8Array.from(serde.serialize(randomValue(schemaOf(codec), random)))
      for (let changes = random.int(1, 3); changes > 0 && bytes.length > 0; changes -= 1)
        bytes[random.int(0, bytes.length - 1)] = random.int(0, 255)
      const error = errorOf(serde, bytes.subarray(0, random.int(0, bytes.length)))
      t.true(error === undefined || isStreamError(error), `${schema.folder}: ${error}`)
    }
  }
})

test('what is called compatible can be read, and what cannot be read is a typed error', async (t) => {
  let read = 0
  for (const { schema, evolved } of pairs) {
    const [writer, reader] = [await codecOf(schema), await codecOf(evolved)]
    if (writer === undefined || reader === undefined) continue
    const serde = avroSerde(reader, { history: [{ fingerprint: writer.fingerprint, schema: schema.schema }] })
    // Text that was no UUID, or bytes of no decimal, do not resolve, which Avro's verdicts do not count; those schemas have an even number.
    const plain = !schema.schema.includes('logicalType')
    const compatible = plain && incompatibilities(generated.get(evolved)!.root, generated.get(schema)!.root).length === 0
    for (let left = valuesEach; left > 0; left -= 1) {
      const error = errorOf(serde, avroSerde(writer).serialize(randomValue(schemaOf(writer), random)))
      if (error === undefined && compatible) read += 1
      t.true(
        error === undefined || (!compatible && isStreamError(error)),
        `${schema.folder}: ${error}\n${schema.schema}\n${evolved.schema}`,
      )
    }
  }
  t.true(read > 5 * valuesEach, `only ${read} values were read under a compatible schema`)
})

async function codecOf(schema: GeneratedSchema): Promise<AvroCodec | undefined> {
  const found: Generated | undefined = generated.get(schema)
  return found?.codec()
}

function errorOf(serde: Serde, bytes: Uint8Array): unknown {
  try {
    serde.deserialize(bytes)
    return undefined
  } catch (error) {
    return error
  }
}
