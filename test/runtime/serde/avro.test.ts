/**
 * Goal: Avro's serdes frame values as they should, read older schemas, and tell what is wrong with a value or bytes, and where.
 * Method: a codec as `gen` writes them, by hand; bytes by the specification.
 */
import test, { type ExecutionContext } from 'ava'
import { isStreamError, StreamError } from 'millrace'
import { type AvroCodec, avroBareSerde, avroJsonSerde, avroSerde, confluentSerde, type Reader, type Writer } from 'millrace/codegen'
import type { SchemaRegistry } from '#runtime/serde/registry.js'

interface Line {
  readonly price: number
  readonly next: Line | null
}

interface Order {
  readonly id: string
  readonly lines: readonly Line[]
  readonly tags: ReadonlyMap<string, number>
}

const lineCodec: AvroCodec<Line> = {
  name: 'shop.Line',
  fingerprint: '0000000000000001',
  schema: '{"type":"record","name":"shop.Line","fields":[{"name":"price","type":"long"},{"name":"next","type":["null","shop.Line"]}]}',
  references: () => [],
  write: writeLine,
  read: readLine,
}

function writeLine(out: Writer, value: Line): void {
  out.long(value.price)
  if (value.next === null) {
    out.branch(0)
  } else {
    out.branch(1)
    writeLine(out, value.next)
  }
}

function readLine(input: Reader): Line {
  return { price: input.long(), next: input.branch(2) === 0 ? null : readLine(input) }
}

const orderCodec: AvroCodec<Order> = {
  name: 'shop.Order',
  fingerprint: '0123456789abcdef',
  schema:
    '{"type":"record","name":"shop.Order","fields":[{"name":"id","type":"string"},{"name":"lines","type":{"type":"array","items":"shop.Line"}},{"name":"tags","type":{"type":"map","values":"int"}}]}',
  references: () => [lineCodec],
  write: (out, value) => {
    out.string(value.id)
    for (const item of out.array(value.lines)) writeLine(out, item)
    out.end()
    for (const [key, item] of out.map(value.tags)) {
      out.string(key)
      out.int(item)
    }
    out.end()
  },
  read: (input) => ({ id: input.string(), lines: input.array(readLine), tags: input.map((input) => input.int()) }),
}

const order: Order = { id: 'a', lines: [{ price: 5, next: { price: -1, next: null } }], tags: new Map([['__proto__', 1]]) }
const body = '0261020a02010000' + '02125f5f70726f746f5f5f0200'

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'hex'))

function fails(t: ExecutionContext, code: StreamError['code'], message: RegExp | string, run: () => unknown): void {
  const error = t.throws(run)
  if (!isStreamError(error)) {
    t.fail(`not a StreamError: ${error}`)
    return
  }
  t.is(error.code, code)
  if (typeof message === 'string') t.true(error.message.includes(message), error.message)
  else t.regex(error.message, message)
}

test('a value is framed with C3 01 and its fingerprint, least significant byte first', (t) => {
  t.is(hex(avroSerde(orderCodec).serialize(order)), `c301efcdab8967452301${body}`)
  t.deepEqual(avroSerde(orderCodec).deserialize(bytes(`c301efcdab8967452301${body}`)), order)
})

test('a bare value has no frame', (t) => {
  t.is(hex(avroBareSerde(orderCodec).serialize(order)), body)
  t.deepEqual(avroBareSerde(orderCodec).deserialize(Buffer.from(body, 'hex')), order)
})

test('JSON has the values in the encoding of Avro', (t) => {
  const serde = avroJsonSerde(orderCodec)
  const text = '{"id":"a","lines":[{"price":5,"next":{"shop.Line":{"price":-1,"next":null}}}],"tags":{"__proto__":1}}'
  t.is(Buffer.from(serde.serialize(order)).toString(), text)
  t.deepEqual(serde.deserialize(Buffer.from(text)), order)
  fails(t, 'DESERIALIZATION', 'lines[0].next: "Line" is not of the union', () =>
    serde.deserialize(Buffer.from('{"id":"a","lines":[{"price":5,"next":{"Line":{}}}],"tags":{}}')),
  )
  fails(t, 'DESERIALIZATION', 'tags: the field is missing', () => serde.deserialize(Buffer.from('{"id":"a","lines":[]}')))
  fails(t, 'DESERIALIZATION', 'beyond ±(2^53 − 1)', () =>
    serde.deserialize(Buffer.from('{"id":"a","lines":[{"price":9007199254740993,"next":null}],"tags":{}}')),
  )
  fails(t, 'DESERIALIZATION', /JSON/, () => serde.deserialize(Buffer.from('{')))
})

test('a wrong value is named by its path', (t) => {
  const serde = avroSerde(orderCodec)
  const write = (value: unknown) => () => serde.serialize(value as Order)
  fails(t, 'SERIALIZATION', 'avro shop.Order: id: expected a string, got undefined', write({}))
  fails(
    t,
    'SERIALIZATION',
    'lines[1].next.price: expected an integer within ±(2^53 − 1), got 0.5',
    write({ ...order, lines: [order.lines[0], { price: 1, next: { price: 0.5 } }] }),
  )
  fails(t, 'SERIALIZATION', 'tags["x"]: expected an integer of 32 bits, got "1"', write({ ...order, tags: new Map([['x', '1']]) }))
  fails(t, 'SERIALIZATION', 'tags: expected a Map, got an object', write({ ...order, tags: { x: 1 } }))
  fails(t, 'SERIALIZATION', 'expected an object, for shop.Order, got null', write(null))
  t.is(hex(serde.serialize(order)), `c301efcdab8967452301${body}`, 'the serde works on after an error')
})

test('wrong bytes are named by their path', (t) => {
  const serde = avroBareSerde(orderCodec)
  const read = (text: string) => () => serde.deserialize(bytes(text))
  fails(t, 'DESERIALIZATION', 'lines[0].next.price: the bytes end within the value', read('0261020a02'))
  fails(t, 'DESERIALIZATION', 'lines[0].next: the index 5 is not of a union of 2', read('0261020a0a'))
  fails(t, 'DESERIALIZATION', '1 byte is left over', read(`${body}00`))
  fails(t, 'DESERIALIZATION', 'id: a string that is not UTF-8', read('02ff0000'))
  fails(t, 'DESERIALIZATION', 'lines[0].price: the long 9007199254740992 is beyond ±(2^53 − 1)', read('02610280808080808080200000'))
  t.deepEqual(serde.deserialize(bytes(body)), order, 'the serde works on after an error')
})

test('lengths and counts that the bytes do not pay for are refused at once', (t) => {
  const serde = avroBareSerde(orderCodec)
  const huge = 'feffffffffffff1f'
  for (const text of [huge, `0261${huge}`, `026100${huge}`, '0261018080808008', '0261ffffffffffffffffff01']) {
    fails(t, 'DESERIALIZATION', 'avro shop.Order', () => serde.deserialize(bytes(text)))
  }
})

test('items that take no bytes are bounded', (t) => {
  const codec: AvroCodec<readonly null[]> = {
    name: 'nulls',
    fingerprint: '0000000000000002',
    schema: '{"type":"array","items":"null"}',
    references: () => [],
    write: () => undefined,
    read: (input) => input.array((input) => input.null()),
  }
  const serde = avroBareSerde(codec)
  t.deepEqual(serde.deserialize(bytes('0600')), [null, null, null])
  fails(t, 'DESERIALIZATION', 'items that take no bytes', () => serde.deserialize(bytes('feffffffffffff1f00')))
})

test('values nested beyond the stack are an error of their own', (t) => {
  const serde = avroBareSerde(lineCodec)
  fails(t, 'DESERIALIZATION', 'nested too deeply', () => serde.deserialize(Buffer.alloc(2_000_000, 0x02)))
  let line: Line = { price: 0, next: null }
  for (let depth = 0; depth < 200_000; depth += 1) line = { price: 0, next: line }
  fails(t, 'SERIALIZATION', 'nested too deeply', () => serde.serialize(line))
})

test('data of an older schema is read as the newest, errors named', (t) => {
  const older = {
    fingerprint: 'fedcba9876543210',
    schema:
      '{"type":"record","name":"Line","namespace":"shop","fields":[{"name":"note","type":"string"},{"name":"price","type":["int","string"]},{"name":"next","type":"null"}]}',
  }
  const serde = avroSerde(lineCodec, { history: [older] })
  t.deepEqual(serde.deserialize(bytes('c3011032547698badcfe0478780007')), { price: -4, next: null })
  fails(t, 'DESERIALIZATION', "(written with the schema fedcba9876543210): price: the writer's string cannot be read as long", () =>
    serde.deserialize(bytes('c3011032547698badcfe0478780200')),
  )
})

test('data of an unknown schema names its fingerprint and those known', (t) => {
  const serde = avroSerde(lineCodec, { history: [{ fingerprint: 'fedcba9876543210', schema: '"int"' }] })
  fails(t, 'DESERIALIZATION', /fingerprint 00000000000000ff[\s\S]*0000000000000001, fedcba9876543210/, () =>
    serde.deserialize(bytes('c301ff0000000000000000')),
  )
  fails(t, 'DESERIALIZATION', 'C3 01', () => serde.deserialize(bytes('0000')))
})

test('a registry gives ids to write with, and schemas to read with, looked up once', async (t) => {
  const known = new Map<number, string>()
  const fetched: number[] = []
  const other = '{"type":"record","name":"shop.Line","fields":[{"name":"next","type":["null","shop.Line"]},{"name":"price","type":"int"}]}'
  const registry: SchemaRegistry = {
    idOf: async ({ topic, side }, codec) => (topic === 'orders' && side === 'value' && codec === lineCodec ? 7 : -1),
    schemaOf(id) {
      const schema = known.get(id)
      if (schema === undefined) throw new StreamError('DESERIALIZATION', `no schema ${id}`)
      return { schema, references: [] }
    },
    fetch(id) {
      if (known.has(id)) return undefined
      fetched.push(id)
      return Promise.resolve().then(() => void known.set(id, id === 8 ? lineCodec.schema : other))
    },
  }
  const unconnected = confluentSerde(lineCodec)
  fails(t, 'SERIALIZATION', 'no schema registry', () => unconnected.serialize({ price: 1, next: null }))
  fails(t, 'DESERIALIZATION', 'no schema registry', () => unconnected.deserialize(bytes('00000000070200')))
  const reader = unconnected.reader(registry)
  fails(t, 'SERIALIZATION', 'to read only', () => reader.serialize({ price: 1, next: null }))
  const writer = await unconnected.writer(registry, { topic: 'orders', side: 'value' })
  t.is(hex(writer.serialize({ price: 1, next: null })), '00000000070200')
  t.deepEqual(writer.deserialize(bytes('00000000070200')), { price: 1, next: null })
  t.is(writer.prepare?.(bytes('00000000070200')), undefined)
  const foreign = bytes('00000000090004')
  fails(t, 'DESERIALIZATION', 'no schema 9', () => reader.deserialize(foreign))
  await reader.prepare?.(foreign)
  t.deepEqual(reader.deserialize(foreign), { price: 2, next: null })
  t.is(reader.prepare?.(foreign), undefined)
  await reader.prepare?.(bytes('00000000080200'))
  t.deepEqual(reader.deserialize(bytes('00000000080200')), { price: 1, next: null })
  t.deepEqual(fetched, [9, 8])
  fails(t, 'DESERIALIZATION', "registry's header", () => reader.deserialize(bytes('c301')))
  fails(t, 'DESERIALIZATION', "registry's header", () => reader.deserialize(bytes('01000000090004')))
  t.is(hex(unconnected.stored.serialize({ price: 1, next: null })), 'c30101000000000000000200')
})
