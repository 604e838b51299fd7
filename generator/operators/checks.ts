import { type Encoding, stateEncoding } from '../model/data-type.js'
import type { Output, Partitioning, PartitionSource } from '../model/topology.js'
import { sameType } from '../model/types.js'
import type { Input, StepScope } from './operator.js'

const nouns: Readonly<Record<Output['kind'], string>> = {
  stream: 'a stream',
  table: 'a table',
  globalTable: 'a global table',
  grouped: 'grouped',
}

/** What an input is, for messages. */
export function kindOf(output: Output): string {
  return output.kind === 'grouped' ? `a grouped ${output.of}` : nouns[output.kind]
}

/** Is the input of a kind that the operator takes? If not it is reported, with the way out. */
export function checkKind<K extends Output['kind']>(
  step: StepScope,
  operator: string,
  input: Input,
  ...kinds: readonly K[]
): input is Input & { readonly kind: K } {
  if ((kinds as readonly string[]).includes(input.kind)) return true
  step.error(
    'wrong-input-kind',
    input.place,
    `\`${operator}\` takes ${kinds.map((kind) => (kind === 'grouped' ? 'a grouped stream or table' : nouns[kind])).join(' or ')}; \`${input.name}\` is ${kindOf(input)}.`,
    wayTo(input, kinds),
  )
  return false
}

function wayTo(input: Input, kinds: readonly Output['kind'][]): string | undefined {
  if (kinds.includes('grouped') && input.kind !== 'grouped')
    return `Group it first: a step \`{ groupByKey: ${input.name} }\` or \`groupBy\`.`
  if (input.kind === 'table' && kinds.includes('stream'))
    return `Make a stream of its changes first: a step \`{ toStream: ${input.name} }\`.`
  if (input.kind === 'stream' && kinds.includes('table')) return `Make a table of it first: a step \`{ toTable: ${input.name} }\`.`
  if (input.kind === 'grouped') return 'Aggregate it first: `count`, `reduce`, `aggregate` or `cogroup`.'
  if (input.kind === 'globalTable') return 'A global table can be joined with a stream, and read by `process`.'
  return undefined
}

/** Are the types the same, but for null? */
export function checkSame(step: StepScope, side: 'keys' | 'values', first: Input, second: Input, why: string, hint?: string): boolean {
  const [a, b] = side === 'keys' ? [first.key, second.key] : [first.value, second.value]
  if (sameType(step.types, a, b)) return true
  step.error(
    'type-mismatch',
    second.place,
    `The ${side} of \`${second.name}\` are \`${step.describe(b)}\`, those of \`${first.name}\` \`${step.describe(a)}\`; ${why}.`,
    hint,
  )
  return false
}

/** Inputs that meet by key must have as many partitions each, and lie by the same bytes of keys, unless Millrace repartitions them. */
export function checkCopartitioned(step: StepScope, inputs: readonly Input[]): void {
  const places = inputs.flatMap((input) => sourcesOf(step, input).map((source) => ({ ...source, input })))
  const first = places.find(({ partitions }) => partitions !== undefined)
  const other = places.find(({ partitions }) => partitions !== undefined && partitions !== first?.partitions)
  if (first !== undefined && other !== undefined) {
    step.error(
      'partition-mismatch',
      other.input.place,
      `Step \`${step.name}\` needs equal keys in equal partitions, but ${first.name} has ${first.partitions} partitions and ${other.name} has ${other.partitions}.`,
      wayToPartitions(other.input, first.partitions!),
    )
  } else if (first?.partitions !== 1) checkKeyEncodings(step, places)
}

/** Where the records of an input lie when the step gets them. */
function sourcesOf(step: StepScope, { partitioning }: Input): Partitioning['sources'] {
  return partitioning.rekeyed ? [ownTopic(step)] : partitioning.sources
}

function ownTopic(step: { readonly name: string }): PartitionSource {
  return { name: `the repartition topic of step \`${step.name}\`` }
}

/** The partition of a record comes of its key's bytes, which differ by encoding. */
function checkKeyEncodings(step: StepScope, places: readonly (PartitionSource & { readonly input: Input })[]): void {
  const [first] = places
  const other = places.find((place) => encodingOf(place) !== encodingOf(first!))
  if (first === undefined || other === undefined) return
  const { name, kind } = encodingOf(first) === stateEncoding ? other.input : first.input
  step.error(
    'partition-mismatch',
    other.input.place,
    `Step \`${step.name}\` needs equal keys in equal partitions, but ${first.name} has keys in \`${encodingOf(first)}\` and ${other.name} in \`${encodingOf(other)}\`: their bytes differ.`,
    kind === 'table'
      ? `Read its topic as a stream, \`repartition\` that, and make the table \`${name}\` of it by \`toTable\`: internal topics have keys in \`${stateEncoding}\`.`
      : `Put a \`repartition\` before or after \`${name}\`: internal topics have keys in \`${stateEncoding}\`.`,
  )
}

function encodingOf({ keyEncoding = stateEncoding }: PartitionSource): Encoding {
  return keyEncoding
}

/** Subscriptions of a foreign-key join go to where the right side's rows lie by the key's bytes in an internal topic. */
export function checkReached(step: StepScope, right: Input): void {
  const { sources } = right.partitioning
  if (sources.some(({ partitions }) => partitions === 1)) return
  const subscriptions = { name: `the subscription topic of step \`${step.name}\``, input: right }
  checkKeyEncodings(step, [subscriptions, ...sources.map((source) => ({ ...source, input: right }))])
}

function wayToPartitions({ kind, name }: Input, partitions: number): string {
  if (kind === 'stream')
    return `Put a step \`{ repartition: ${name}, partitions: ${partitions} }\` before it, or give the topics as many partitions.`
  if (kind === 'grouped')
    return `Repartition the stream before \`${name}\`, with \`partitions: ${partitions}\`, or give the topics as many partitions.`
  return 'Give the topics as many partitions, or repartition the other side: a table stays where its topic is.'
}

/** How records lie after an operator that repartitions what was rekeyed. */
export function repartitioned(step: { readonly name: string }, inputs: readonly Input[]): Partitioning {
  const sources = inputs.flatMap(({ partitioning }) => (partitioning.rekeyed ? [ownTopic(step)] : partitioning.sources))
  return { rekeyed: false, sources: distinct(sources) }
}

export function rekeyed({ partitioning }: Input): Partitioning {
  return { ...partitioning, rekeyed: true }
}

export function joined(inputs: readonly Input[]): Partitioning {
  const sources = inputs.flatMap((input) => input.partitioning.sources)
  return { rekeyed: inputs.some((input) => input.partitioning.rekeyed), sources: distinct(sources) }
}

/** Each once, however often the ways from it meet. */
function distinct(sources: Partitioning['sources']): Partitioning['sources'] {
  return [...new Map(sources.map((source) => [source.name, source])).values()]
}

/** A stream has no store: one that is named is reported. */
export function noStore(step: StepScope, operator: string): undefined {
  if (!step.has('store')) return undefined
  return step.error('invalid-option', step.placeOf('store'), `\`${operator}\` of a stream keeps no store.`, 'Leave `store` out.')
}

/** The store of a table in its output; a table that is not kept has the history of the one it is made from. */
export function heldIn(step: StepScope, store: string | undefined, input?: Input): Pick<Output, 'store' | 'versioned'> {
  if (store !== undefined) return { store, versioned: step.storeKind(store) === 'versioned' }
  return input?.versioned ? { versioned: true } : {}
}
