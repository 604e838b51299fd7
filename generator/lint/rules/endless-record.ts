import type { AvroNamed, AvroRecord, AvroSchema } from '../../avro/schema.js'
import type { Rule } from '../rule.js'

export const endlessRecord: Rule = {
  code: 'endless-record',
  level: 'warn',
  summary: 'A record that always contains another of its own type.',
  why: 'No value of it can ever exist, though Avro takes the schema: each would be larger than itself. Somewhere on the way a field must be able to end it: a union with null, an array or a map.',
  *check({ types }) {
    const next = endlessRecords(types)
    const told = new Set<AvroRecord>()
    for (const record of next.keys()) {
      const cycle = cycleFrom(record, next)
      if (cycle.some(({ from }) => told.has(from))) continue
      for (const { from } of cycle) told.add(from)
      const { from, field } = cycle[0]!
      const way = [...cycle.map((each) => `\`${each.from.fullName}.${each.field.name}\``), `\`${from.fullName}\``].join(' → ')
      const message = `Each \`${from.fullName}\` contains another one, without end: ${way}.`
      yield { place: field.place, message, hint: 'Let one of these fields be null, or an array or a map.' }
    }
  },
}

type Field = AvroRecord['fields'][number]

interface Link {
  readonly from: AvroRecord
  readonly field: Field
  /** What the field contains, whichever of its branches is taken. */
  readonly to: AvroRecord
}

/** Of each record that no value can be of, a field that is why. A record has values if all its fields do, and a union if one of its branches does. */
function endlessRecords(types: readonly AvroNamed[]): ReadonlyMap<AvroRecord, Link> {
  const records = types.filter((type) => type.kind === 'record')
  const open = new Set(records)
  const isOpen = (schema: AvroSchema): boolean =>
    schema.kind === 'record' ? open.has(schema) : schema.kind === 'union' && schema.branches.length > 0 && schema.branches.every(isOpen)
  let before: number
  do {
    before = open.size
    for (const record of open) if (!record.fields.some(({ type }) => isOpen(type))) open.delete(record)
  } while (open.size < before)
  return new Map(
    [...open].map((from) => {
      const field = from.fields.find(({ type }) => isOpen(type))!
      return [from, { from, field, to: recordIn(field.type) }]
    }),
  )
}

function recordIn(schema: AvroSchema): AvroRecord {
  if (schema.kind === 'record') return schema
  if (schema.kind === 'union') return recordIn(schema.branches[0]!)
  throw new Error(`A ${schema.kind} ends.`)
}

/** The links of the circle that a record leads into. */
function cycleFrom(record: AvroRecord, next: ReadonlyMap<AvroRecord, Link>): readonly Link[] {
  const way: Link[] = []
  let at = record
  for (;;) {
    const start = way.findIndex(({ from }) => from === at)
    if (start >= 0) return way.slice(start)
    const link = next.get(at)!
    way.push(link)
    at = link.to
  }
}
