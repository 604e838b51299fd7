import type { CommittedOffset } from '../client/client.js'
import { StreamError } from '../core/errors.js'
import type { TopicPartition } from '../core/record.js'
import { decodeOffsetMetadata, type NamedNumber } from './offset-metadata.js'
import { hasRowsOf } from './present-stores.js'
import { partitionName } from './topic-names.js'

/**
 * The only place that decides from where to restore and where to read on.
 *
 * Each commit has a random id. The group's offsets carry it in their metadata; the state keeps it, and that of the group's commit before.
 * So a task that starts knows how its state stands to the group:
 *
 * - At the group's commit, or one ahead of it (killed before the offsets were committed): the state is exact. The input is read on from the
 *   state's own positions. What the changelog has beyond the state's position belongs to a commit that did not come to be, and will be
 *   done again: it is skipped, so that nothing is counted twice.
 * - Elsewhere: another instance went on, or the offsets were set by hand, or the task was killed after a Kafka transaction and before the
 *   state had it. The changelog's tail is the state's too: it is replayed, and the input is read on from the group's offsets.
 *
 * Each beginning has a random lineage: a task that finds none starts a new one, which its state and the group keep from its first commit on.
 * A state of another lineage than the group's is of before a reset. Its positions are of changelogs that are gone, though new ones may have come as far.
 */
export interface RestorePlan {
  readonly changelogs: readonly PlannedChangelog[]
  /** `topic-partition` to where the input is read on; those unknown start where the offset reset says. */
  readonly inputPositions: ReadonlyMap<string, number>
  /** `topic-partition` to the highest timestamp processed of it. */
  readonly partitionTimes: ReadonlyMap<string, number>
  /** What processors kept, by name. */
  readonly kept: ReadonlyMap<string, number>
  /** Id of the group's last commit; 0: none. */
  readonly groupCommit: number
  /** That of the group, or else of the state; undefined: neither has one yet. */
  readonly lineage: number | undefined
  /** Has the state come further than the group knows? A commit is due then, or a lost state would be done again from the group's offsets. */
  readonly aheadOfGroup: boolean
}

export interface PlannedChangelog extends RestorableStore {
  readonly position: number
  /** Exclusive; undefined: the end of the partition at start. */
  readonly end: number | undefined
  /** Read past the records up to the end without applying them. */
  readonly skip: boolean
  /** What the state has of the store is of another time, and to be dropped first. */
  readonly anew: boolean
}

export interface RestorableStore {
  readonly store: string
  readonly topicPartition: TopicPartition
  /** Does its state outlive the process? */
  readonly persistent: boolean
  /** Is the changelog an input of the task itself? */
  readonly isInput: boolean
}

/** What a start knows. */
export interface KnownPositions {
  readonly inputs: readonly TopicPartition[]
  readonly stores: readonly RestorableStore[]
  /** Of the state; empty if it is new. */
  readonly state: ReadonlyMap<string, number>
  readonly committed: readonly CommittedOffset[]
}

/** What a commit says. */
export interface CommitPoint {
  readonly commit: number
  /** The group's commit before. */
  readonly groupCommit: number
  readonly lineage: number
  readonly inputs: Iterable<{
    /** `topic-partition` */
    readonly name: string
    readonly position: number | undefined
    readonly partitionTime: number
  }>
  readonly kept: Iterable<NamedNumber>
}

/** Beside `topic-partition`s in the positions of a state; no topic's name begins so. */
const commitKey = '#commit'
const groupCommitKey = '#group-commit'
const lineageKey = '#lineage'
const timePrefix = '#time-'
const keptPrefix = '#kept-'

/** The names of a commit's id and of its lineage among the numbers of an offset's metadata. */
export const commitName = 'millrace.commit'
export const lineageName = 'millrace.lineage'

/** The positions that go into the state with one commit after the other, beside those of changelogs: the same names each time, made once. */
export class StatePositions {
  readonly #positions: Map<string, number>
  readonly #timeNames = new Map<string, string>()
  readonly #keptNames = new Map<string, string>()

  /** `presence`: which stores the state has (`presenceOf`). */
  constructor(presence: ReadonlyMap<string, number>) {
    this.#positions = new Map(presence)
  }

  /** All of them, of this commit; what else is set in the map stays there for the next. */
  of({ commit, groupCommit, lineage, inputs, kept }: CommitPoint): Map<string, number> {
    const positions = this.#positions
    positions.set(commitKey, commit)
    positions.set(groupCommitKey, groupCommit)
    positions.set(lineageKey, lineage)
    for (const { name, position, partitionTime } of inputs) {
      if (position !== undefined) positions.set(name, position)
      if (partitionTime >= 0) positions.set(prefixed(this.#timeNames, timePrefix, name), partitionTime)
    }
    for (const { name, value } of kept) positions.set(prefixed(this.#keptNames, keptPrefix, name), value)
    return positions
  }
}

function prefixed(known: Map<string, string>, prefix: string, name: string): string {
  let whole = known.get(name)
  if (whole === undefined) {
    whole = prefix + name
    known.set(name, whole)
  }
  return whole
}

/** Throws STATE_CORRUPTED for a state of another lineage than the group's. */
export function planRestore({ inputs, stores, state, committed }: KnownPositions): RestorePlan {
  if (isOfAnotherLineage(state, committed)) {
    throw new StreamError('STATE_CORRUPTED', 'The state is of another beginning of the application than the offsets of its group.', {
      hint: 'The application was reset, and the state folder stayed.',
    })
  }
  const metadata = committed.map((offset) => ({ name: partitionName(offset), ...decodeOffsetMetadata(offset.metadata) }))
  // Offsets set by hand have no id.
  const numbers = metadata.find(({ numbers }) => numbers.has(commitName))?.numbers
  const groupCommit = numbers?.get(commitName) ?? 0
  const lineage = numbers?.get(lineageName) ?? state.get(lineageKey)
  const exact = isExact(state, committed.length > 0, groupCommit)

  const group = new Map(committed.map((offset) => [partitionName(offset), offset.offset]))
  const inputPositions = new Map(group)
  const partitionTimes = new Map(metadata.map(({ name, partitionTime }) => [name, partitionTime]))
  if (exact) {
    for (const name of inputs.map(partitionName)) {
      const position = state.get(name)
      const time = state.get(timePrefix + name)
      if (position !== undefined) inputPositions.set(name, position)
      if (time !== undefined) partitionTimes.set(name, time)
    }
  }
  const changelogs = stores.map((store) => {
    const name = partitionName(store.topicPartition)
    const isThere = store.persistent && hasRowsOf(store.store, state)
    const position = (isThere ? state.get(name) : undefined) ?? 0
    const end = store.isInput ? Math.max(position, inputPositions.get(name) ?? 0) : undefined
    return { ...store, position, end, skip: exact && isThere && state.has(name), anew: store.persistent && !isThere && state.size > 0 }
  })
  const kept = exact ? keptIn(state) : [...(numbers ?? [])].filter(([name]) => name !== commitName && name !== lineageName)
  const aheadOfGroup = [...inputPositions].some(([name, position]) => position > (group.get(name) ?? 0))
  return { changelogs, inputPositions, partitionTimes, kept: new Map(kept), groupCommit, lineage, aheadOfGroup }
}

/** States of earlier versions have no lineage, and neither has a standby's before its task has run there; offsets set by hand have none. */
export function isOfAnotherLineage(state: ReadonlyMap<string, number>, committed: readonly CommittedOffset[]): boolean {
  const ofState = state.get(lineageKey)
  if (ofState === undefined) return false
  return committed.some(({ metadata }) => (decodeOffsetMetadata(metadata).numbers.get(lineageName) ?? ofState) !== ofState)
}

/**
 * What a standby follows: the changelogs of stores that outlive the process, from where its state stands. Once it has followed, the state is at no commit that the
 * group knows by its id: `followed` goes with the position of each batch.
 */
export function planStandby({ stores, state }: Pick<KnownPositions, 'stores' | 'state'>): RestorePlan {
  const changelogs = stores
    .filter(({ persistent }) => persistent)
    .map((store) => {
      const isThere = hasRowsOf(store.store, state)
      const position = (isThere ? state.get(partitionName(store.topicPartition)) : undefined) ?? 0
      return { ...store, position, end: undefined, skip: false, anew: !isThere && state.size > 0 }
    })
  const none = new Map<string, number>()
  return { changelogs, inputPositions: none, partitionTimes: none, kept: none, groupCommit: 0, lineage: undefined, aheadOfGroup: false }
}

export const followed = [commitKey, 0] as const

function isExact(state: ReadonlyMap<string, number>, hasCommitted: boolean, groupCommit: number): boolean {
  const commit = state.get(commitKey)
  if (commit === undefined || commit === followed[1]) return false
  // Without any offsets of the group (or when they have expired) only the state knows.
  return !hasCommitted || groupCommit === commit || groupCommit === state.get(groupCommitKey)
}

function keptIn(state: ReadonlyMap<string, number>): readonly (readonly [string, number])[] {
  return [...state].filter(([name]) => name.startsWith(keptPrefix)).map(([name, value]) => [name.slice(keptPrefix.length), value] as const)
}
