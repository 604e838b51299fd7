import type { AvroSchema } from '../../avro/schema.js'
import type { Rule } from '../rule.js'
import { fields } from './field-default.js'

/** `createdAt`, `start_time`, `timestamp`; not `elapsedTime`, which is a duration. */
const instant = /(?:[a-z0-9](?:At|Time|Timestamp|DateTime)|_(?:at|time|timestamp)|^(?:at|timestamp|ts|datetime))$/
const duration =
  /(?:elapsed|processing|run|running|wait|waiting|response|travel|lead|cpu|idle|up|down|real|reaction|transit|dwell|play|screen|spent|total|max|min|avg|mean)_?time$/i

export const plainTimestamp: Rule = {
  code: 'plain-timestamp',
  level: 'warn',
  summary: 'A bare `long` whose name says that it is a time: `createdAt`, `start_time`, `timestamp`.',
  why: 'Is it seconds, millis or micros? A logical type (`timestamp-millis`) tells people, other languages, and tools such as connectors, which then write a real date. It changes no byte.',
  *check(project) {
    for (const { field, record } of fields(project)) {
      if (!isPlainLong(field.type) || !instant.test(field.name) || duration.test(field.name)) continue
      const message = `The field \`${field.name}\` of \`${record.fullName}\` is a bare long: its name says it is a time, and nothing says in what unit.`
      yield { place: field.place, message, hint: 'Write { "type": "long", "logicalType": "timestamp-millis" }.' }
    }
  },
}

function isPlainLong(type: AvroSchema): boolean {
  if (type.kind === 'union') return type.branches.some(isPlainLong)
  return type.kind === 'primitive' && type.primitive === 'long' && type.logicalType === undefined
}
