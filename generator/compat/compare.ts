import type { AvroSchema } from '../avro/schema.js'
import { compareText } from '../diagnostics.js'
import type { Lock, LockedTopology } from '../lock/lock.js'
import type { TopologyModel } from '../model/topology.js'
import { type Change, changeOf, verdicts } from './change.js'
import { deleteGroup, deleteTopics, resetApplication } from './commands.js'
import { compareInternalTopics } from './compare-internal-topics.js'
import { compareSteps, matchSteps } from './compare-steps.js'
import { compareStores } from './compare-stores.js'
import { compareTopics } from './compare-topics.js'
import { TypeComparison } from './compare-types.js'
import { Comparison } from './comparison.js'

/** A folder as it is now. */
export interface Today {
  readonly lock: Lock
  readonly topologies: readonly TopologyModel[]
  /** By the names that the lock has them under. */
  readonly schemas: ReadonlyMap<string, AvroSchema>
  /** The lock's file, which stands for what is in no other any more. */
  readonly lockPath: string
}

/** Every difference between what a lock says and what there is now, the worst first, then by place. */
export function compareLock(before: Lock, today: Today): readonly Change[] {
  const { lock: after, topologies } = today
  const types = new TypeComparison(before.schemas, after.schemas, today.schemas)
  const renamed = new Map<string, string>()
  const changes = topologies.flatMap((model): readonly Change[] => {
    const { application } = model
    const now = after.topologies[application]!
    const was = before.topologies[application]
    if (was === undefined) {
      const gone = Object.entries(before.topologies).filter(([name]) => after.topologies[name] === undefined && !renamed.has(name))
      const old = formerName(now, gone)
      if (old === undefined) return [added(model)]
      renamed.set(old, application)
      const former = before.topologies[old]!
      const comparison = new Comparison(former, now, { model, types, stepNames: matchSteps(former, now) })
      // Its state is another's, but its topics are the same.
      compareTopics(comparison)
      return [applicationRenamed(model, old, before), ...comparison.changes]
    }
    const comparison = new Comparison(was, now, { model, types, stepNames: matchSteps(was, now) })
    if (was.file !== now.file) {
      const message = 'The manifest has another name.'
      comparison.report('manifest-renamed', { place: comparison.file, message, from: was.file, to: now.file })
    }
    compareTopics(comparison)
    compareStores(comparison)
    compareInternalTopics(comparison)
    compareSteps(comparison)
    return comparison.changes
  })
  const removed = Object.keys(before.topologies)
    .filter((application) => after.topologies[application] === undefined && !renamed.has(application))
    .map((application) => removedTopology(application, before, today.lockPath))
  return sortChanges(together([...changes, ...removed]))
}

/** Of the applications that are gone, that of the same manifest, or else the one whose steps are the most like those of this one. */
function formerName(topology: LockedTopology, gone: readonly (readonly [string, LockedTopology])[]): string | undefined {
  const [same] = gone.find(([, { file }]) => file === topology.file) ?? []
  if (same !== undefined) return same
  const alike = gone.map(([name, { steps }]) => ({ name, share: commonShare(Object.keys(steps), Object.keys(topology.steps)) }))
  return alike.filter(({ share }) => share > 0.5).sort((a, b) => b.share - a.share)[0]?.name
}

/** Of all names, how many are of both. */
function commonShare(names: readonly string[], others: readonly string[]): number {
  return names.filter((name) => others.includes(name)).length / new Set([...names, ...others]).size
}

function added({ application, file, name }: TopologyModel): Change {
  const place = { file, line: 1, column: 1 }
  return changeOf('topology-added', application, {
    place,
    message: `Topology \`${name}\` (application \`${application}\`) is new.`,
    to: application,
  })
}

function applicationRenamed({ application, file }: TopologyModel, old: string, before: Lock): Change {
  const was = before.topologies[old]!
  return changeOf('application-renamed', old, {
    place: { file, line: 1, column: 1 },
    message: `Application \`${old}\` is called \`${application}\` now.`,
    from: old,
    to: application,
    concerns: [
      ...Object.keys(was.stores).map((store) => `store \`${store}\``),
      ...Object.keys(was.internalTopics).map((topic) => `topic \`${topic}\``),
    ],
    commands: resetApplication(old, was),
  })
}

function removedTopology(application: string, before: Lock, lockPath: string): Change {
  const was = before.topologies[application]!
  const internal = Object.keys(was.internalTopics)
  return changeOf('topology-removed', application, {
    place: { file: lockPath, line: 1, column: 1 },
    message: `Topology \`${was.file}\` (application \`${application}\`) is gone.`,
    from: application,
    concerns: internal.map((topic) => `topic \`${topic}\``),
    commands: [deleteGroup(application), ...deleteTopics(internal)],
  })
}

/** One change of a schema that several stores or topics have is told once, with all of them. */
function together(changes: readonly Change[]): readonly Change[] {
  const all = new Map<string, Change>()
  for (const change of changes) {
    const { code, application, message, from, to, place } = change
    const key = JSON.stringify([code, application, message, from, to, place])
    const known = all.get(key)
    all.set(key, known === undefined ? change : { ...known, concerns: [...new Set([...known.concerns, ...change.concerns])] })
  }
  return [...all.values()]
}

function sortChanges(changes: readonly Change[]): readonly Change[] {
  return [...changes].sort(
    (a, b) =>
      verdicts.indexOf(a.verdict) - verdicts.indexOf(b.verdict) ||
      compareText(a.place.file, b.place.file) ||
      a.place.line - b.place.line ||
      a.place.column - b.place.column ||
      compareText(a.code, b.code) ||
      compareText(a.message, b.message),
  )
}
