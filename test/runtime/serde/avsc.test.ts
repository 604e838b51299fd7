/** Goal: other Avro libraries read what generated serdes write, and the other way round. Method: random login events through avsc, both ways. */
import test from 'ava'
import avsc from 'avsc'
import { avroBareSerde } from 'millrace/codegen'
import { type LoginEvent, loginEventCodec } from '../../../examples/login-attempts/generated/types/seed/login-event.js'

const ours = avroBareSerde(loginEventCodec)
const theirs = avsc.Type.forSchema(JSON.parse(loginEventCodec.schema))

const events = Array.from({ length: 200 }, (_, index): LoginEvent => {
  const { user, ip, userAgent, success, at } = theirs.random() as unknown as LoginEvent
  return { user, ip, userAgent, success, at: index % 2 === 0 ? at : -at }
})

test('avsc reads what a generated serde writes', (t) => {
  for (const event of events) t.deepEqual({ ...theirs.fromBuffer(Buffer.from(ours.serialize(event))) }, { ...event })
})

test('a generated serde reads what avsc writes', (t) => {
  for (const event of events) t.deepEqual(ours.deserialize(theirs.toBuffer(event)), event)
})
