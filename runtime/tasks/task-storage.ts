import {
  commitName,
  followed,
  isOfAnotherLineage,
  lineageName,
  type PlannedChangelog,
  planRestore,
  planStandby,
  type RestorableStore,
  type RestorePlan,
  StatePositions,
} from '../changelog/checkpoint.js'
import { type NamedNumber, OffsetMetadataEncoder } from '../changelog/offset-metadata.js'
import { presenceOf } from '../changelog/present-stores.js'
import { changelogTopic, partitionName, topicName } from '../changelog/topic-names.js'
import { changelogWriter } from '../changelog/writer.js'
import type { Acknowledged, CommittedOffset, ProducedRecord, RecordBatch } from '../client/client.js'
import { StreamError } from '../core/errors.js'
import type { TopicPartition } from '../core/record.js'
import type { ChangeSink } from '../stores/change-sink.js'
import type { StateStore } from '../stores/state-store.js'
import type { StateBackend } from '../stores/store.js'
import type { StoreContext } from '../stores/store-context.js'
import { TaskStores } from '../stores/task-stores.js'
import type { SubTopology, Topology } from '../topology/topology.js'

/** Where the stores of a task live; each is opened only if a store needs it. The task closes what it opened. */
export interface TaskBackends {
  readonly lmdb: () => StateBackend
  readonly memory: () => StateBackend
}

/** A changelog that a store is restored from, read from `position` up to `end`. */
export interface TaskChangelog {
  readonly store: string
  readonly topicPartition: TopicPartition
  /** The next offset to read; it may lie before the first that the broker still has. */
  readonly position: number
  /** Exclusive; undefined: up to the end of the partition at start. Set for inputs that serve as changelog. */
  readonly end: number | undefined
}

export interface TaskStorageOptions {
  readonly application: string
  readonly topology: Topology
  readonly subTopology: SubTopology
  readonly partition: number
  readonly inputs: readonly TopicPartition[]
  readonly backends: TaskBackends
  readonly context: StoreContext
  /** As `Math.random`. */
  readonly random: () => number
  /** Takes changelog records. */
  readonly send: (record: ProducedRecord) => void
}

/** An input as a commit sees it. */
interface CommittedInput {
  readonly name: string
  readonly partition: TopicPartition
  readonly position: number | undefined
  readonly partitionTime: number
}

/** The stores of a task, and the positions that they stand for: of changelogs, of inputs, and of the task's last commit. */
export class TaskStorage {
  readonly #options: TaskStorageOptions
  readonly #log: ChangeSink
  #stores: TaskStores | undefined
  #plan: RestorePlan | undefined
  /** Next offset of each changelog partition, read or written. */
  readonly #positions = new Map<string, number>()
  /** Topics to partitions' names, of those that the task writes: not the inputs that serve as changelogs. */
  #ownChangelogs: ReadonlyMap<string, string> = new Map()
  #statePositions = new StatePositions(new Map())
  /** Made for `keptCount` numbers that processors keep. */
  #metadata: { readonly encoder: OffsetMetadataEncoder; readonly keptCount: number } | undefined
  #relogged = false
  /** Of a standby. */
  #follows = false
  readonly #commit = { name: commitName, value: 0 }
  readonly #lineage = { name: lineageName, value: 0 }
  /** Which stores the state has, from the next commit on. */
  #presence: ReadonlyMap<string, number> = new Map()
  /** The last commit that the group knows. */
  #groupCommit = 0

  constructor(options: TaskStorageOptions) {
    this.#options = options
    this.#log = changelogWriter(options.application, options.partition, options.send)
  }

  get isOpen(): boolean {
    return this.#stores !== undefined
  }

  open(): void {
    const { backends, subTopology, context } = this.#options
    const stores = subTopology.stores.filter(({ global }) => !global)
    this.#stores = new TaskStores({ stores, persistent: backends.lmdb, memory: backends.memory, context })
  }

  /** What is not written is gone. Idempotent. */
  close(): void {
    this.#stores?.close()
    this.#stores = undefined
  }

  /** Decides from where to restore and to read on. */
  plan(committed: readonly CommittedOffset[]): RestorePlan {
    const stores = this.#restorable()
    const state = this.#open.positions()
    this.#plan = planRestore({ inputs: this.#options.inputs, stores, state, committed })
    for (const { store } of this.#plan.changelogs.filter(({ anew }) => anew)) this.#open.clear(store)
    this.#presence = presenceOf(
      this.#open.names.filter((name) => this.#open.isPersistent(name)),
      state,
    )
    this.#groupCommit = this.#plan.groupCommit
    this.#lineage.value = this.#plan.lineage ?? this.#newId()
    this.#relogged = false
    this.#metadata = undefined
    this.#statePositions = new StatePositions(this.#presence)
    this.#positions.clear()
    for (const { topicPartition, position } of this.#plan.changelogs) this.#positions.set(partitionName(topicPartition), position)
    const own = stores.filter(({ isInput }) => !isInput)
    this.#ownChangelogs = new Map(own.map(({ topicPartition }) => [topicPartition.topic, partitionName(topicPartition)]))
    return this.#plan
  }

  /** Follows the changelogs from where the state stands, as a standby. */
  follow(): void {
    this.#plan = planStandby({ stores: this.#restorable(), state: this.#open.positions() })
    this.#follows = true
    for (const { store } of this.#plan.changelogs.filter(({ anew }) => anew)) this.#open.clear(store)
    for (const { topicPartition, position } of this.#plan.changelogs) this.#positions.set(partitionName(topicPartition), position)
  }

  /** Is the state of before a reset? `committed`: what the group has, for the task's inputs. */
  isOfAnotherLineage(committed: readonly CommittedOffset[]): boolean {
    return isOfAnotherLineage(this.#open.positions(), committed)
  }

  /** Is there something to commit before the first record: the group lags behind the state, or the changelog was put right? */
  get startNeedsCommit(): boolean {
    return this.#relogged || this.#plan?.aheadOfGroup === true
  }

  get inputPositions(): ReadonlyMap<string, number> {
    return this.#plan?.inputPositions ?? new Map()
  }

  get changelogs(): readonly TaskChangelog[] {
    const planned = this.#plan?.changelogs ?? []
    return planned.map(({ store, topicPartition, end }) => {
      return { store, topicPartition, end, position: this.#positions.get(partitionName(topicPartition))! }
    })
  }

  /** Takes a batch of a changelog; returns how many records were applied. */
  restore(batch: RecordBatch): number {
    const name = partitionName(batch)
    const changelogs = this.#plan!.changelogs.filter(({ topicPartition }) => partitionName(topicPartition) === name)
    return changelogs.reduce((sum, changelog) => sum + this.#restore(changelog, name, batch), 0)
  }

  /** Undefined if there is no such store, or it is not open. */
  store(name: string): StateStore | undefined {
    return this.#stores?.names.includes(name) ? this.#stores.get(name) : undefined
  }

  /** Of updates that are not logged yet. */
  get dirtyBytes(): number {
    return this.#stores?.dirtyBytes ?? 0
  }

  /** Gives the next commit its id, sends on what record caches hold, and logs what has changed. */
  beginCommit(): void {
    this.#open.flushCaches()
    this.#open.drain(this.#log)
    this.#nameCommit()
  }

  /** How far the changelogs have come with the commit. */
  acknowledge(acknowledged: readonly Acknowledged[]): void {
    for (const { topic, partition, nextOffset } of acknowledged) {
      const name = partition === this.#options.partition ? this.#ownChangelogs.get(topic) : undefined
      if (name !== undefined) this.#positions.set(name, nextOffset)
    }
  }

  /** Writes what was logged and all positions, in one transaction. */
  write(inputs: Iterable<CommittedInput>, kept: readonly NamedNumber[]): void {
    if (this.#open.names.length === 0) return
    const positions = this.#statePositions.of({
      commit: this.#commit.value,
      groupCommit: this.#groupCommit,
      lineage: this.#lineage.value,
      inputs,
      kept,
    })
    for (const name of this.#ownChangelogs.values()) positions.set(name, this.#positions.get(name)!)
    this.#open.commit(positions)
  }

  /** Writes where the task starts, before its first record: a crash in its first commit must find that. */
  writeStart(inputs: Iterable<CommittedInput>, kept: readonly NamedNumber[]): void {
    this.#nameCommit()
    this.write(inputs, kept)
  }

  /** What the group is to know of the commit. */
  offsets(inputs: Iterable<CommittedInput>, kept: readonly NamedNumber[]): readonly CommittedOffset[] {
    const encoder = this.#encoderOf(kept)
    const offsets: CommittedOffset[] = []
    for (const { partition: at, position, partitionTime } of inputs) {
      if (position === undefined) continue
      offsets.push({ topic: at.topic, partition: at.partition, offset: position, metadata: encoder.encode(partitionTime) })
    }
    return offsets
  }

  /** The group knows the commit. */
  endCommit(): void {
    this.#groupCommit = this.#commit.value
  }

  get #open(): TaskStores {
    if (this.#stores !== undefined) return this.#stores
    throw new StreamError('INVALID_STATE', 'The stores of the task are closed.')
  }

  #restorable(): readonly RestorableStore[] {
    const { application, topology, subTopology, partition, inputs } = this.#options
    const own = new Set(inputs.map(({ topic }) => topic))
    return subTopology.stores
      .filter(({ spec, global }) => !global && (spec.changelogTopic !== undefined || spec.logging !== false))
      .map(({ spec: { name, changelogTopic: source } }) => {
        const topic = source === undefined ? changelogTopic(application, name) : topicName(topology, application, source)
        return { store: name, topicPartition: { topic, partition }, persistent: this.#open.isPersistent(name), isInput: own.has(topic) }
      })
  }

  #restore({ store, end, skip }: PlannedChangelog, name: string, batch: RecordBatch): number {
    const records = end === undefined ? batch.records : batch.records.filter(({ offset }) => offset < end)
    const position = end === undefined ? batch.nextOffset : Math.min(batch.nextOffset, end)
    this.#positions.set(name, position)
    if (records.length === 0) return 0
    if (skip) {
      // Of a commit that did not come to be: the changelog gets back what the state has.
      this.#open.relog(store, records, this.#log)
      this.#relogged = true
      return 0
    }
    const positions = presenceOf([store]).set(name, position)
    if (this.#follows) positions.set(...followed)
    this.#open.restore(store, records, positions)
    return records.length
  }

  #encoderOf(kept: readonly NamedNumber[]): OffsetMetadataEncoder {
    if (this.#metadata?.keptCount !== kept.length) {
      this.#metadata = { encoder: new OffsetMetadataEncoder([this.#commit, this.#lineage, ...kept]), keptCount: kept.length }
    }
    return this.#metadata.encoder
  }

  #nameCommit(): void {
    this.#commit.value = this.#newId()
  }

  #newId(): number {
    return 1 + Math.floor(this.#options.random() * (2 ** 48 - 1))
  }
}
