import { describeSide, type LockedSide, type LockedStore, type LockedTopology, typesOf } from '../lock/lock.js'
import { changelogOf } from '../lock/locked-topology.js'
import { formatDuration } from '../model/durations.js'
import type { ChangeCode } from './change-codes.js'
import { deleteTopics, resetApplication, setTopicConfig } from './commands.js'
import { windowKind } from './compare-steps.js'
import { describeChanged, fingerprints, type SchemaChange } from './compare-types.js'
import type { Comparison } from './comparison.js'

export function compareStores(comparison: Comparison): void {
  const { before, after } = comparison
  const renamed = renamedStores(comparison)
  const former = new Map([...renamed].map(([old, name]) => [name, old]))
  for (const [name, store] of Object.entries(after.stores)) {
    const old = former.get(name)
    if (before.stores[name] !== undefined) compareStore(comparison, name, before.stores[name], store)
    else if (old !== undefined) reportRenamed(comparison, old, name)
    else {
      comparison.report('store-added', {
        place: comparison.placeOfStore(name),
        message: `Store \`${name}\` of step \`${store.step}\` is new.`,
        to: rows(store),
        concerns: concernsOf(name, store),
      })
    }
  }
  for (const [name, store] of Object.entries(before.stores)) {
    if (after.stores[name] !== undefined || renamed.has(name)) continue
    comparison.report('store-removed', {
      place: comparison.file,
      message: `Store \`${name}\` of step \`${store.step}\` is gone.`,
      from: rows(store),
      concerns: concernsOf(name, store),
      commands: deleteTopics(ownChangelog(comparison, name, store)),
    })
  }
}

/** Of one step, kind and role, where only the name differs: another name for what could not be carried over is the way out, and no loss. */
function renamedStores(comparison: Comparison): ReadonlyMap<string, string> {
  const { before, after, stepNames } = comparison
  const gone = Object.entries(before.stores).filter(([name]) => after.stores[name] === undefined)
  const added = Object.entries(after.stores).filter(([name]) => before.stores[name] === undefined)
  const renamed = new Map<string, string>()
  for (const [name, store] of gone) {
    const step = stepNames.get(store.step)
    const same = added.filter(([other, now]) => now.step === step && now.kind === store.kind && role(other, now) === role(name, store))
    if (same.length === 1 && couldGoOn(comparison, [name, store], same[0]!)) renamed.set(name, same[0]![0])
  }
  return renamed
}

/** Could the one store go on with the rows of the other, were it not for its name? */
function couldGoOn({ application, before, after, types }: Comparison, [name, store]: NamedStore, [newName, now]: NamedStore): boolean {
  const [from, to] = [before.steps[store.step], after.steps[now.step]]
  const [partitions, newPartitions] = [
    before.internalTopics[changelogOf(application, name)],
    after.internalTopics[changelogOf(application, newName)],
  ]
  const key = types.sides(store.key, now.key).some((change) => change.kind !== 'schema' || change.bytes)
  const value = types.sides(store.value, now.value).some((change) => change.kind !== 'schema' || change.reading.length > 0)
  return (
    !key &&
    !value &&
    store.windowSizeMs === now.windowSizeMs &&
    partitions?.partitions === newPartitions?.partitions &&
    (partitions === undefined) === (newPartitions === undefined) &&
    from?.operator === to?.operator &&
    windowKind(from) === windowKind(to)
  )
}

type NamedStore = readonly [name: string, store: LockedStore]

/** `-left` of `joined-left`: which of a step's own stores it is. */
function role(name: string, { step }: LockedStore): string {
  return /^-(?:left|right|unmatched|buffer|subscription-store)$/.test(name.slice(step.length)) && name.startsWith(step)
    ? name.slice(step.length)
    : ''
}

function reportRenamed(comparison: Comparison, old: string, name: string): void {
  const [from, to] = [comparison.before.stores[old]!, comparison.after.stores[name]!]
  // A table that is its topic is built from it again, whatever its store is called.
  const refilled = from.changelog !== undefined && from.changelog === to.changelog
  const place = comparison.placeOfStore(name)
  if (refilled || to.global) {
    const message = `Store \`${old}\` is called \`${name}\` now, and is filled from its topic again.`
    comparison.report('store-option', { place, message, from: old, to: name, concerns: [`store \`${name}\``] })
    return
  }
  comparison.report('store-renamed', {
    place,
    message: `Store \`${old}\` is called \`${name}\` now.`,
    from: old,
    to: name,
    concerns: [...concernsOf(old, from), `store \`${name}\``],
    commands: resetApplication(comparison.application, comparison.before),
  })
}

function compareStore(comparison: Comparison, name: string, before: LockedStore, after: LockedStore): void {
  const place = comparison.placeOfStore(name)
  const concerns = concernsOf(name, before)
  const report = (code: ChangeCode, what: string, from: string | undefined, to: string | undefined, commands: readonly string[] = []) =>
    comparison.report(code, { place, message: `${what} of store \`${name}\` changes.`, from, to, concerns, commands })
  const reset = resetApplication(comparison.application, comparison.before)
  const [from, to] = [layout(before), layout(after)]
  if (from !== to) {
    report('store-kind', 'The kind', from, to, reset)
    return
  }
  compareSides(comparison, name, before, after)
  if (before.windowSizeMs !== after.windowSizeMs && !after.retainDuplicates)
    report('store-window', 'The window size', time(before.windowSizeMs), time(after.windowSizeMs), reset)
  compareRetention(comparison, name, before, after)
  const emptied = !carriesRows(before, after)
  if (emptied) report('store-emptied', 'The place', placeOf(before), placeOf(after), reset)
  else compareChangelog(comparison, name, before, after)
  for (const option of ['persistence', 'caching', 'queryable'] as const) {
    if (emptied && option === 'persistence') continue
    const [was, is] = [before[option] ?? false, after[option] ?? false]
    if (was !== is) report('store-option', `\`${option}\``, String(was), String(is))
  }
}

/** What the state directory refuses to change. */
function layout({ kind, retainDuplicates = false, global = false }: LockedStore): string {
  return `${global ? 'global ' : ''}${kind}${retainDuplicates ? ' with duplicates' : ''}`
}

function compareSides(comparison: Comparison, name: string, before: LockedStore, after: LockedStore): void {
  // A table that is its topic has the topic's bytes, and is told of with it.
  if (
    isTopicItself(comparison.after, comparison.application, name, after) &&
    isTopicItself(comparison.before, comparison.application, name, before)
  )
    return
  const concerns = concernsOf(name, before)
  const place = comparison.placeOfStore(name)
  const commands = resetApplication(comparison.application, comparison.before)
  const inKey = comparison.types.sides(before.key, after.key).filter((change) => change.kind !== 'schema' || change.bytes)
  if (inKey.length > 0) {
    const [first] = inKey
    comparison.report('store-key', {
      place: (first!.kind === 'schema' ? first!.place : undefined) ?? place,
      message: `The key of store \`${name}\` changes.`,
      from: describeChanged(before.key, first, 'from'),
      to: describeChanged(after.key, first, 'to'),
      concerns,
      notes: inKey.flatMap((change) => (change.kind === 'schema' ? change.differences : [])),
      commands,
    })
  }
  for (const change of comparison.types.sides(before.value, after.value)) {
    if (change.kind === 'null') continue
    if (change.kind !== 'schema') {
      const message = `The ${change.kind === 'encoding' ? 'encoding of the values' : 'value'} of store \`${name}\` changes.`
      comparison.report('store-value-type', { place, message, from: change.from, to: change.to, concerns, commands })
    } else reportValueSchema(comparison, change, concerns, commands)
  }
}

function reportValueSchema(comparison: Comparison, change: SchemaChange, concerns: readonly string[], commands: readonly string[]): void {
  const { type, differences, place = comparison.file } = change
  const found = { place, message: `\`${type}\`, which is kept in state, changes.`, ...fingerprints(change), concerns }
  if (change.reading.length > 0) {
    comparison.report('store-value-incompatible', { ...found, notes: [...differences, ...change.reading], commands })
    return
  }
  const back =
    change.readBack.length === 0
      ? 'The old version reads what the new one writes, so it can be rolled back.'
      : `There is no way back once rows are written: the old schema does not read the new one (${change.readBack.join('; ')}).`
  comparison.report('store-value-schema', { ...found, notes: [...differences, back] })
}

function compareRetention(comparison: Comparison, name: string, before: LockedStore, after: LockedStore): void {
  for (const [key, config] of [
    ['retentionMs', 'retention.ms'],
    ['historyRetentionMs', 'min.compaction.lag.ms'],
  ] as const) {
    const [from, to] = [before[key], after[key]]
    if (from === undefined || to === undefined || from === to) continue
    const own = ownChangelog(comparison, name, before)
    const longer = to > from && own.length > 0
    comparison.report(longer ? 'store-retention-longer' : 'store-retention-shorter', {
      place: comparison.placeOfStore(name),
      message: `The retention of store \`${name}\` changes.`,
      from: time(from),
      to: time(to),
      concerns: concernsOf(name, before),
      commands: longer ? own.map((topic) => setTopicConfig(topic, config, to + dayMs)) : [],
    })
  }
}

/** The changelog keeps a day more than the store (`windowstore.changelog.additional.retention.ms`). */
const dayMs = 86_400_000

/** Does the new version have the rows from the folder or from a changelog? Those in memory without one are gone with each start anyway. */
function carriesRows(before: LockedStore, after: LockedStore): boolean {
  const [was, is] = [before, after].map(({ persistence }) => persistence === 'lmdb')
  return after.global || after.changelog !== undefined || (was && is) || (!was && before.changelog === undefined)
}

function placeOf({ persistence, changelog }: LockedStore): string {
  return `${persistence}, ${changelog ?? 'no changelog'}`
}

function compareChangelog(comparison: Comparison, name: string, before: LockedStore, after: LockedStore): void {
  const [from, to] = [filledFrom(comparison.before, before), filledFrom(comparison.after, after)]
  if (from === to) return
  const code = from === undefined ? 'store-logging-on' : to === undefined ? 'store-logging-off' : 'store-changelog'
  comparison.report(code, {
    place: comparison.placeOfStore(name),
    message: `The changelog of store \`${name}\` changes.`,
    from: from ?? 'none',
    to: to ?? 'none',
    concerns: concernsOf(name, before),
    commands:
      to === undefined ? deleteTopics(ownChangelog(comparison, name, before)) : resetApplication(comparison.application, comparison.before),
  })
}

/** The topic that a restore reads: a global store has that of its step. */
function filledFrom({ steps, topics }: LockedTopology, { global, changelog, step }: LockedStore): string | undefined {
  if (!global) return changelog
  const name = String(steps[step]?.settings?.topic)
  return topics[name]?.topic ?? name
}

/** Global tables in the encoding of their topic, and tables whose topic is their changelog. */
function isTopicItself({ steps, topics }: LockedTopology, application: string, name: string, store: LockedStore): boolean {
  const { global, changelog } = store
  if (!global) return changelog !== undefined && changelog !== changelogOf(application, name)
  const { operator, settings } = steps[store.step] ?? {}
  const topic = operator === 'globalTable' ? topics[String(settings?.topic)] : undefined
  return topic !== undefined && sameEncoding(store.key, topic.key) && sameEncoding(store.value, topic.value)
}

function sameEncoding(side: LockedSide, other: LockedSide): boolean {
  const [encodings, others] = [side, other].map((each) => typesOf(each).map(({ encoding }) => encoding))
  return String(encodings) === String(others)
}

function ownChangelog({ application }: Comparison, name: string, { changelog }: LockedStore): readonly string[] {
  return changelog !== undefined && changelog === changelogOf(application, name) ? [changelog] : []
}

export function concernsOf(name: string, { changelog }: LockedStore): readonly string[] {
  return [`store \`${name}\``, ...(changelog === undefined ? [] : [`topic \`${changelog}\``])]
}

function rows({ kind, key, value }: LockedStore): string {
  return `${kind} of ${describeSide(key)} to ${describeSide(value)}`
}

function time(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : ms === Number.MAX_SAFE_INTEGER ? 'for ever' : formatDuration(ms)
}
