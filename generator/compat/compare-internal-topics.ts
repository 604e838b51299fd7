import type { LockedInternalTopic } from '../lock/lock.js'
import { deleteTopics, resetApplication } from './commands.js'
import { concernsOf } from './compare-stores.js'
import { describeChanged, fingerprints } from './compare-types.js'
import type { Comparison } from './comparison.js'

/** Repartition topics, those of foreign-key joins among them, the partitions of changelogs, and sub-topologies. */
export function compareInternalTopics(comparison: Comparison): void {
  const { before, after } = comparison
  const renamed = renamedTopics(comparison)
  const former = new Map([...renamed].map(([old, name]) => [name, old]))
  for (const [name, topic] of Object.entries(after.internalTopics)) {
    const old = before.internalTopics[name]
    if (old !== undefined) compareTopic(comparison, name, old, topic)
    else if (topic.kind === 'repartition') reportNew(comparison, former.get(name), name, topic)
  }
  for (const [name, topic] of Object.entries(before.internalTopics)) {
    if (topic.kind === 'changelog' || after.internalTopics[name] !== undefined || renamed.has(name)) continue
    const step = takerOf(comparison, topic.step)
    comparison.report(step === undefined ? 'repartition-removed' : 'repartition-unread', {
      place: step === undefined ? comparison.file : comparison.placeOfStep(step),
      message: `The repartition topic of step \`${topic.step}\` is gone.`,
      from: name,
      concerns: [`topic \`${name}\``],
      commands: deleteTopics([name]),
    })
  }
  compareSubTopologies(comparison)
}

/** A step of today that took the records of a step's repartition topic: the step itself, or one that has it as input. */
function takerOf({ before, stepNames }: Comparison, step: string): string | undefined {
  const takers = Object.entries(before.steps).flatMap(([name, { inputs = [] }]) => (inputs.includes(step) ? [name] : []))
  return [step, ...takers].map((name) => stepNames.get(name)).find((name) => name !== undefined)
}

function reportNew(comparison: Comparison, old: string | undefined, name: string, { step }: LockedInternalTopic): void {
  const place = comparison.placeOfStep(step)
  if (old === undefined) {
    const message = `Step \`${step}\` has a repartition topic now.`
    comparison.report('repartition-added', { place, message, to: name, concerns: [`topic \`${name}\``] })
    return
  }
  comparison.report('repartition-renamed', {
    place,
    message: `The repartition topic of step \`${step}\` has another name.`,
    from: old,
    to: name,
    concerns: [`topic \`${old}\``, `topic \`${name}\``],
    commands: deleteTopics([old]),
  })
}

/** Of one step, where what comes after the step's name is the same. */
function renamedTopics({ before, after, stepNames, application }: Comparison): ReadonlyMap<string, string> {
  const renamed = new Map<string, string>()
  for (const [name, { kind, step }] of Object.entries(before.internalTopics)) {
    const now = stepNames.get(step)
    if (kind === 'changelog' || now === undefined || after.internalTopics[name] !== undefined) continue
    const wanted = `${application}-${now}${name.slice(application.length + 1 + step.length)}`
    if (after.internalTopics[wanted]?.step === now) renamed.set(name, wanted)
  }
  return renamed
}

function compareTopic(comparison: Comparison, name: string, before: LockedInternalTopic, after: LockedInternalTopic): void {
  const place = after.kind === 'changelog' ? comparison.placeOfStore(after.step) : comparison.placeOfStep(after.step)
  const concerns = [`topic \`${name}\``]
  const commands = resetApplication(comparison.application, comparison.before)
  if (before.partitions !== undefined && after.partitions !== undefined && before.partitions !== after.partitions) {
    const message = `The number of partitions of the internal topic \`${name}\` changes.`
    const [from, to] = [before, after].map(({ partitions }) => String(partitions))
    comparison.report('internal-partitions', { place, message, from, to, concerns, commands })
  }
  const inKey = comparison.types
    .sides(before.key, after.key)
    .filter((change) => change.kind !== 'null' && (change.kind !== 'schema' || change.bytes))
  const inValue = comparison.types.sides(before.value, after.value)
  const type = inValue.find(({ kind }) => kind === 'type' || kind === 'encoding')
  if (inKey.length > 0 || type !== undefined) {
    const [was, is] = inKey.length > 0 ? [before.key, after.key] : [before.value, after.value]
    const change = inKey.find(({ kind }) => kind === 'schema') ?? inKey[0] ?? type
    comparison.report('repartition-type', {
      place,
      message: `What is in the internal topic \`${name}\` has another ${inKey.length > 0 ? 'key' : type?.kind}.`,
      from: describeChanged(was, change, 'from'),
      to: describeChanged(is, change, 'to'),
      concerns,
      notes: inKey.flatMap((change) => (change.kind === 'schema' ? change.differences : [])),
      commands,
    })
    return
  }
  for (const change of inValue) {
    if (change.kind !== 'schema') continue
    const { type, differences, reading } = change
    const found = {
      place: change.place ?? place,
      message: `\`${type}\`, which internal topics carry, changes.`,
      ...fingerprints(change),
      concerns,
    }
    if (reading.length === 0) comparison.report('repartition-schema', { ...found, notes: differences })
    else comparison.report('repartition-incompatible', { ...found, notes: [...differences, ...reading], commands })
  }
}

function compareSubTopologies(comparison: Comparison): void {
  const { before, after } = comparison
  const [old, now] = [before.subTopologies, after.subTopologies]
  if (JSON.stringify(old) === JSON.stringify(now)) return
  const shown = (all: typeof old) => all.map(({ sources, stores }, id) => `${id}: ${[...sources, ...stores].join(', ')}`).join('; ')
  comparison.report('sub-topologies', { place: comparison.file, message: 'The sub-topologies change.', from: shown(old), to: shown(now) })
  const idOf = (all: typeof old, store: string) => all.findIndex(({ stores }) => stores.includes(store))
  for (const [name, store] of Object.entries(after.stores)) {
    const [from, to] = [idOf(old, name), idOf(now, name)]
    if (from < 0 || to < 0 || from === to) continue
    const unlogged = store.changelog === undefined
    comparison.report(unlogged ? 'store-moved-unlogged' : 'store-moved', {
      place: unlogged ? comparison.placeOfStore(name) : comparison.file,
      message: unlogged
        ? `Store \`${name}\`, which has no changelog, moves to another sub-topology.`
        : `Stores move from sub-topology ${from} to ${to}.`,
      from: String(from),
      to: String(to),
      concerns: concernsOf(name, store),
      commands: unlogged ? resetApplication(comparison.application, before) : [],
    })
  }
}
