/**
 * Goal: decimals keep every digit, in text, in bytes and between scales.
 * Method: bytes as Java's BigInteger has them, and every integer of two bytes.
 */
import test from 'ava'
import { Decimal } from 'millrace'
import { bytesOfInteger, integerOfBytes, sizedBytesOfInteger, unscaledFor } from '#runtime/serde/decimal.js'

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
  for (const text of ['', 'x', '1.', '.5', '1e99999', 'NaN']) t.throws(() => Decimal.of(text), { instanceOf: RangeError })
})

test('decimals compare by value', (t) => {
  t.is(Decimal.of('1.0').compare(Decimal.of('1.00')), 0)
  t.true(Decimal.of('-1').compare(Decimal.of('0.5')) < 0)
  t.true(Decimal.of('1.01').compare(Decimal.of('1')) > 0)
})

test('another scale loses no digit, or is an error', (t) => {
  t.is(Decimal.of('1.50').withScale(1).toString(), '1.5')
  t.is(Decimal.of('1.5').withScale(3).toString(), '1.500')
  t.throws(() => Decimal.of('1.55').withScale(1), { instanceOf: RangeError })
  t.is(unscaledFor(Decimal.of('9.9'), 3, 2), 990n)
  t.throws(() => unscaledFor(Decimal.of('10'), 3, 2), { message: /more than the 3 digits/ })
  t.throws(() => unscaledFor(Decimal.of('0.001'), 3, 2), { message: /more than 2 digits/ })
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
