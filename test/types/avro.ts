/** Goal: values of Avro types are what the schema says: unions narrow, enums are their symbols, nothing may be changed or forgotten. */
import { Decimal } from 'millrace'
import type { Role } from '../generator/cases/avro-idl/expected/types/seed/role.js'
import type { Payment } from '../generator/cases/avro-logical/expected/types/seed/payment.js'
import type { class_ } from '../generator/cases/avro-names/expected/types/class.js'
import type { Event, EventMethod } from '../generator/cases/avro-unions/expected/types/seed/event.js'

export function narrow(method: EventMethod): string {
  switch (method.type) {
    case 'seed.Card':
      return method.value.number
    case 'seed.Cash':
      return 'cash'
    case 'bytes':
      return String(method.value.length)
  }
}

// @ts-expect-error the branch bytes is missing, so not every way returns a text
export function forgetful(method: EventMethod): string {
  switch (method.type) {
    case 'seed.Card':
      return method.value.number
    case 'seed.Cash':
      return 'cash'
  }
}

export function change(event: Event, payment: Payment): void {
  // @ts-expect-error values are shared, and read-only
  event.two = { type: 'int', value: 1 }
  // @ts-expect-error arrays too
  event.nested.push(null)
  // @ts-expect-error null is possible
  event.nullable.length
  // @ts-expect-error microseconds are bigints
  payment.micros satisfies number
  payment.micros satisfies bigint
  payment.millis satisfies number
  payment.exact satisfies bigint
}

export const card: EventMethod = { type: 'seed.Card', value: { number: '1' } }
// @ts-expect-error the value is of another branch
export const mixed: EventMethod = { type: 'seed.Card', value: new Uint8Array() }
// @ts-expect-error no such branch
export const other: EventMethod = { type: 'Card', value: { number: '1' } }
export const role: Role = 'OPS'
// @ts-expect-error no such symbol
export const noRole: Role = 'ops'
export const amount: Payment['amount'] = Decimal.of('1.20')
// @ts-expect-error a decimal is no number
export const rounded: Payment['amount'] = 1.2
// @ts-expect-error maps are Maps, so that any key is a key
export const keys: class_['__proto__'] = { a: 'b' }
