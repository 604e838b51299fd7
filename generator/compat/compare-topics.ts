import { isList } from '../avro/json.js'
import type { LockedTopic, LockedTopology } from '../lock/lock.js'
import { alterPartitions } from './commands.js'
import { fingerprints, type SchemaChange, type TypeChange } from './compare-types.js'
import type { Comparison } from './comparison.js'

/** The topics of the user's: those that are read and written before and after, and steps that go to others. */
export function compareTopics(comparison: Comparison): void {
  const { before, after } = comparison
  const [old, now] = [usesOf(before), usesOf(after)]
  for (const [name, topic] of Object.entries(after.topics)) {
    const former = Object.entries(before.topics).find(([, other]) => other.topic === topic.topic)
    const [was, is] = [old.get(topic.topic), now.get(topic.topic)]
    if (former === undefined || was === undefined || is === undefined) continue
    const [formerName, formerTopic] = former
    if (formerName !== name) {
      const message = `Topic \`${formerName}\` is called \`${name}\` in the manifest now.`
      comparison.report('topic-renamed', {
        place: comparison.placeOfTopic(name),
        message,
        from: formerName,
        to: name,
        concerns: concernsOf(topic),
      })
    }
    compareTopic(comparison, name, formerTopic, topic, { read: was.read && is.read, written: was.written && is.written, table: is.table })
  }
  compareUse(comparison)
}

interface Use {
  readonly read: boolean
  readonly written: boolean
  /** Is it read by tables alone, to which a null is a delete? */
  readonly table: boolean
}

/** By names on Kafka. */
function usesOf(topology: LockedTopology): ReadonlyMap<string, Use> {
  const uses = new Map<string, Use>()
  for (const { operator, settings = {} } of Object.values(topology.steps)) {
    const written = operator === 'sink'
    // A sink that may write anywhere writes all that is declared.
    const names =
      written && settings.topic === undefined && settings.topics === undefined ? Object.keys(topology.topics) : namesIn(settings)
    for (const name of names) {
      const topic = topology.topics[name]?.topic
      if (topic === undefined) continue
      const use = uses.get(topic) ?? { read: false, written: false, table: true }
      const table = use.table && (written || operator === 'table' || operator === 'globalTable')
      uses.set(topic, { read: use.read || !written, written: use.written || written, table })
    }
  }
  return uses
}

function namesIn(settings: NonNullable<LockedTopology['steps'][string]['settings']>): readonly string[] {
  const { topic, topics = [] } = settings
  return [...(topic === undefined ? [] : [topic]), ...(isList(topics) ? topics : [topics])].filter((name) => typeof name === 'string')
}

function compareTopic(comparison: Comparison, name: string, before: LockedTopic, after: LockedTopic, use: Use): void {
  const place = comparison.placeOfTopic(name)
  const concerns = concernsOf(after)
  if (before.partitions !== after.partitions) {
    const [from, to] = [before.partitions, after.partitions]
    const stated = from !== undefined && to !== undefined
    comparison.report(stated ? 'topic-partitions' : 'topic-partitions-stated', {
      place,
      message: `Topic \`${name}\` ${to === undefined ? 'does not state its partitions any more' : `is stated to have ${to} partitions`}.`,
      from: String(from ?? 'not stated'),
      to: String(to ?? 'not stated'),
      concerns,
      commands: stated && to > from ? [alterPartitions(after.topic, to)] : [],
    })
  }
  for (const side of ['key', 'value'] as const) {
    for (const change of comparison.types.sides(before[side], after[side]))
      compareSide(comparison, { name, side, place, concerns, use }, change)
  }
}

interface TopicSide {
  readonly name: string
  readonly side: 'key' | 'value'
  readonly place: Comparison['file']
  readonly concerns: readonly string[]
  readonly use: Use
}

function compareSide(comparison: Comparison, topic: TopicSide, change: TypeChange): void {
  const { name, side, place, concerns, use } = topic
  if (change.kind === 'schema') {
    compareSchema(comparison, topic, change)
    return
  }
  const { from, to } = change
  if (change.kind === 'type' || change.kind === 'encoding') {
    const message = `The ${change.kind === 'type' ? 'type' : 'encoding'} of the ${side}s of topic \`${name}\` changes.`
    comparison.report(change.kind === 'type' ? 'topic-type' : 'topic-encoding', { place, message, from, to, concerns })
  } else {
    const message = `The ${side}s of topic \`${name}\` ${change.allowed ? 'may be null now' : 'may not be null any more'}.`
    const found = { place, message, from, to, concerns }
    if (use.read && !(use.table && side === 'value')) comparison.report(change.allowed ? 'input-null-allowed' : 'input-null-refused', found)
    if (use.written) comparison.report(change.allowed ? 'output-null-allowed' : 'output-null-refused', found)
  }
}

function compareSchema(comparison: Comparison, { side, place, concerns, use }: TopicSide, change: SchemaChange): void {
  const { type, differences, reading, readBack } = change
  const found = (what: string, notes: readonly string[]) => ({
    place: change.place ?? place,
    message: `\`${type}\`, which topics ${what}, changes.`,
    ...fingerprints(change),
    concerns,
    notes: [...differences, ...notes],
  })
  if (side === 'key') {
    if (change.bytes) comparison.report('topic-key-schema', found('have as key', []))
    return
  }
  if (change.bytes && (change.encoding === 'avro-bare' || change.encoding === 'json')) {
    comparison.report('topic-without-writer', found(`have as ${change.encoding}`, []))
    return
  }
  // What is written in the encoding `avro` is read by those who have the schema of its fingerprint, which a registry would tell them.
  const isUnknown = change.bytes && change.encoding === 'avro'
  if (use.read) {
    const first =
      readBack.length > 0
        ? ['Deploy before producers write the new schema, as other readers of the old one cannot read it.']
        : isUnknown
          ? ['Deploy before producers write the new schema: the old version does not know its fingerprint.']
          : []
    if (reading.length > 0) comparison.report('input-schema-incompatible', found('bring', reading))
    else comparison.report('input-schema', found('bring', first))
  }
  if (use.written) {
    if (readBack.length > 0) comparison.report('output-schema-incompatible', found('are written with', readBack))
    else {
      const first = isUnknown ? ['Consumers have to know the new schema, by its fingerprint, before it is written.'] : []
      comparison.report('output-schema', found('are written with', first))
    }
  }
}

/** Which steps read or write other topics than before; new steps and those that are gone are told as such. */
function compareUse(comparison: Comparison): void {
  const { before, after, stepNames } = comparison
  for (const [old, name] of stepNames) {
    const [was, is] = [before.steps[old]!, after.steps[name]!]
    const [from, to] = [kafkaNames(before, was.settings ?? {}), kafkaNames(after, is.settings ?? {})]
    const added = to.filter((topic) => !from.includes(topic))
    const gone = from.filter((topic) => !to.includes(topic))
    if (added.length + gone.length === 0) continue
    const kind = is.operator === 'sink' ? 'output' : 'input'
    const how = added.length === 0 ? 'removed' : gone.length === 0 ? 'added' : 'moved'
    comparison.report(`${kind}-${how}`, {
      place: comparison.placeOfStep(name),
      message: `Step \`${name}\` ${kind === 'input' ? 'reads' : 'writes'} other topics than before.`,
      from: from.join(', '),
      to: to.join(', '),
      concerns: [...gone, ...added].map((topic) => `topic \`${topic}\``),
    })
  }
  for (const [name, { operator, settings = {} }] of Object.entries(before.steps)) {
    if (operator !== 'sink' || stepNames.has(name)) continue
    const left = kafkaNames(before, settings).filter((topic) => !usesOf(after).get(topic)?.written)
    if (left.length === 0) continue
    comparison.report('output-removed', {
      place: comparison.file,
      message: `Step \`${name}\`, which wrote ${left.map((topic) => `\`${topic}\``).join(', ')}, is gone.`,
      from: left.join(', '),
      concerns: left.map((topic) => `topic \`${topic}\``),
    })
  }
}

function kafkaNames(topology: LockedTopology, settings: Parameters<typeof namesIn>[0]): readonly string[] {
  return namesIn(settings).map((name) => topology.topics[name]?.topic ?? name)
}

function concernsOf({ topic }: LockedTopic): readonly string[] {
  return [`topic \`${topic}\``]
}
