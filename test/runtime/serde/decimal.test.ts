/**
 * Goal: decimals keep every digit, in text, in bytes and between scales.
 * Method: bytes as Java's BigInteger has them, and every integer of two bytes.
 */
import test from 'ava'
import { Decimal } from 'millrace'
import { type AvroCodec, avroBareSerde } from 'millrace/codegen'
import { bytesOfInteger, integerOfBytes, sizedBytesOfInteger, unscaledFor } from '#runtime/serde/decimal.js'
import { Reader } from '#runtime/serde/reader.js'
import { resolver } from '#runtime/serde/resolution.js'
import { parseSchema } from '#runtime/serde/schema.js'

const bigDecimalCodec: AvroCodec<Decimal> = {
  name: 'big-decimal',
  fingerprint: '0000000000000000',
  schema: '{"type":"bytes","logicalType":"big-decimal"}',
  references: () => [],
  write: (out, value) => out.bigDecimal(value),
  read: (input) => input.bigDecimal(),
}
const bigDecimal = avroBareSerde(bigDecimalCodec)

test('text is parsed and shown without loss', (t) => {
  for (const text of ['0', '-1', '12.30', '0.00', '-0.05', '99999999999999999999999999.99999999999999999999']) {
    t.is(Decimal.of(text).toString(), text)
  }
  t.is(Decimal.of(1.5).toString(), '1.5')
  t.is(Decimal.of(1e21).toString(), '1000000000000000000000')
  t.is(Decimal.of(1e-7).toString(), '0.0000001')
  t.is(Decimal.of(12n).toString(), '12')
  t.is(JSON.stringify({ price: Decimal.of('1.20') }), '{"price":"1.20"}')
  t.is(Decimal.of('1.25').toNumber(), 1.25)
  for (const text of ['', 'x', '1.', '.5', '1e9999999999', 'NaN']) t.throws(() => Decimal.of(text), { instanceOf: RangeError })
})

test('a number that is far off is written with an exponent, not with its zeros', (t) => {
  t.is(Decimal.of('1e9999').toString(), '1e9999')
  t.is(Decimal.of('-1.25e-2000000000').toString(), '-125e-2000000002')
  t.is(new Decimal(12n, -3).toString(), '12000')
  t.is(new Decimal(0n, -3).toString(), '0')
  for (const decimal of [new Decimal(-7n, 2 ** 31 - 1), new Decimal(7n, -(2 ** 31)), new Decimal(7n, 99), new Decimal(7n, -99)]) {
    t.is(Decimal.of(decimal.toString()).compare(decimal), 0)
  }
  for (const scale of [2 ** 31, -(2 ** 31) - 1, 0.5, Number.NaN]) t.throws(() => new Decimal(1n, scale), { instanceOf: RangeError })
})

test('decimals compare by value', (t) => {
  t.is(Decimal.of('1.0').compare(Decimal.of('1.00')), 0)
  t.true(Decimal.of('-1').compare(Decimal.of('0.5')) < 0)
  t.true(Decimal.of('1.01').compare(Decimal.of('1')) > 0)
  // Whatever their scales, at once.
  const far = [-(2 ** 31), -400, 0, 400, 2 ** 31 - 1].map((scale) => new Decimal(5n, scale))
  for (const [index, decimal] of far.entries()) {
    for (const [other, smaller] of far.entries()) t.is(Math.sign(decimal.compare(smaller)), Math.sign(other - index))
    t.true(decimal.compare(new Decimal(-5n, decimal.scale)) > 0)
    t.true(new Decimal(0n, 0).compare(decimal) < 0)
    t.true(new Decimal(-5n, 3).compare(decimal) < 0)
  }
  t.is(new Decimal(0n, 2 ** 31 - 1).compare(new Decimal(0n, -(2 ** 31))), 0)
})

test('sums, differences and products are exact', (t) => {
  const price = Decimal.of('19.99')
  t.is(price.plus('0.005').toString(), '19.995')
  t.is(price.minus(20).toString(), '-0.01')
  t.is(price.times(3).toString(), '59.97')
  t.is(price.times(Decimal.of('0.10')).toString(), '1.9990')
  t.is(Decimal.of('0.1').plus(0.2).compare('0.3'), 0)
  t.is(Decimal.of(0).plus(new Decimal(5n, -3)).toString(), '5000')
  t.is(new Decimal(5n, -3).times(2n ** 64n).toString(), `${5000n * 2n ** 64n}`)
  t.throws(() => price.plus('much'), { instanceOf: RangeError })
  t.throws(() => price.plus(new Decimal(1n, -(2 ** 31))), { instanceOf: RangeError })
  t.throws(() => new Decimal(1n, 2 ** 31 - 1).times('0.1'), { instanceOf: RangeError })
})

test('another scale loses no digit, or is an error', (t) => {
  t.is(Decimal.of('1.50').withScale(1).toString(), '1.5')
  t.is(Decimal.of('1.5').withScale(3).toString(), '1.500')
  t.throws(() => Decimal.of('1.55').withScale(1), { instanceOf: RangeError })
  t.is(unscaledFor(Decimal.of('9.9'), 3, 2), 990n)
  t.throws(() => unscaledFor(Decimal.of('10'), 3, 2), { message: /more than the 3 digits/ })
  t.throws(() => unscaledFor(Decimal.of('0.001'), 3, 2), { message: /more than 2 digits/ })
  t.throws(() => unscaledFor(new Decimal(1n, -(2 ** 31)), 3, 2), { message: /more than the 3 digits/ })
  t.throws(() => new Decimal(1n, 2 ** 31 - 1).withScale(0), { message: /more than 0 digits/ })
  t.throws(() => new Decimal(1n, -(2 ** 31)).withScale(0), { message: /more digits than a decimal is worked out with/ })
  t.is(new Decimal(0n, -(2 ** 31)).withScale(2).toString(), '0.00')
  t.throws(() => unscaledFor('1' as never, 3, 2), { message: /expected a Decimal/ })
})

test('integers are the shortest bytes that hold them', (t) => {
  const rows: readonly (readonly [bigint, string])[] = [
    [0n, '00'],
    [1n, '01'],
    [-1n, 'ff'],
    [127n, '7f'],
    [128n, '0080'],
    [-128n, '80'],
    [-129n, 'ff7f'],
    [255n, '00ff'],
    [32767n, '7fff'],
    [-32768n, '8000'],
    [32768n, '008000'],
    [1n << 64n, '010000000000000000'],
  ]
  for (const [value, hex] of rows) {
    t.is(Buffer.from(bytesOfInteger(value)).toString('hex'), hex)
    t.is(integerOfBytes(Buffer.from(hex, 'hex')), value)
  }
  for (let value = -32768n; value <= 32767n; value += 1n) if (integerOfBytes(bytesOfInteger(value)) !== value) t.fail(String(value))
  t.is(Buffer.from(sizedBytesOfInteger(-2n, 4)).toString('hex'), 'fffffffe')
  t.throws(() => sizedBytesOfInteger(128n, 1), { message: /does not fit/ })
  t.throws(() => integerOfBytes(new Uint8Array()), { message: /no bytes/ })
})

test('a decimal with its scale in the bytes is as Java writes it', (t) => {
  // `Conversions.BigDecimalConversion` of Avro 1.12.
  const rows: readonly (readonly [bigint, number, string])[] = [
    [0n, 0, '06020000'],
    [1230n, 2, '080404ce04'],
    [-1n, 1, '0602ff02'],
    [128n, -3, '0804008005'],
    [-123456789012345678901234567890n, 70, '201afe7116f0093c8c1f11b1c0f52e8c01'],
    [7n, 2147483647, '0e0207feffffff0f'],
    [7n, -2147483648, '0e0207ffffffff0f'],
    [-32769n, -64, '0a06ff7fff7f'],
    [255n, 64, '0a0400ff8001'],
  ]
  for (const [unscaled, scale, hex] of rows) {
    const decimal = new Decimal(unscaled, scale)
    t.is(Buffer.from(bigDecimal.serialize(decimal)).toString('hex'), hex)
    t.deepEqual(bigDecimal.deserialize(Buffer.from(hex, 'hex')), decimal)
  }
})

test('bytes that are no decimal with its scale are refused', (t) => {
  // No digits; a scale beyond the bytes, of other bytes, of more than 32 bits; bytes behind the scale; nothing.
  for (const hex of ['040000', '04020104', '060201', '0e0201ffffffffff0f', '0802010400', '00']) {
    t.throws(() => bigDecimal.deserialize(Buffer.from(hex, 'hex')), { message: /^DESERIALIZATION/ }, hex)
  }
  t.throws(() => bigDecimal.serialize(1.5 as never), { message: /expected a Decimal, got 1.5/ })
})

test('decimals are not read as decimals of another scale, nor as ones that hold their scale', (t) => {
  const fixedScale = '{"type":"bytes","logicalType":"decimal","precision":9,"scale":2}'
  const bytes = Buffer.from('080404ce04', 'hex')
  const read = (writer: string, reader: string) => {
    const input = new Reader()
    input.reset(bytes)
    return resolver(parseSchema(writer), parseSchema(reader))(input)
  }
  t.deepEqual(read(bigDecimalCodec.schema, bigDecimalCodec.schema), new Decimal(1230n, 2))
  t.deepEqual(read('"bytes"', bigDecimalCodec.schema), new Decimal(1230n, 2))
  t.deepEqual(read(bigDecimalCodec.schema, '"bytes"'), Uint8Array.from(bytes.subarray(1)))
  t.throws(() => read(bigDecimalCodec.schema, fixedScale), { message: "the writer's big-decimal cannot be read as decimal(9, 2)" })
  t.throws(() => read(fixedScale, bigDecimalCodec.schema), { message: "the writer's decimal(9, 2) cannot be read as big-decimal" })
})
