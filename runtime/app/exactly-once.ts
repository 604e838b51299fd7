import type { Client, CommittedOffset, FlushResult, ProducedRecord, Producer } from '../client/client.js'
import { StreamError } from '../core/errors.js'
import { type CommitStrategy, type ExactlyOnceDoors, exactlyOnce } from '../tasks/commit-strategy.js'
import type { RecordOutput } from '../tasks/record-collector.js'
import type { Guarantee } from './guarantee.js'
import { Outputs, type OutputsOptions } from './outputs.js'

export interface ExactlyOnceOptions {
  readonly client: Client
  /** Consumer group, and what transactional ids begin with. */
  readonly groupId: string
  readonly transactionTimeoutMs: number
  readonly outputs: OutputsOptions
}

/**
 * A producer a task, with transactions of its own under the id `<application>-<task>` (KIP-129, before KIP-447): who takes up a task shuts out
 * whoever had it before, and a transaction holds all that a commit of the task writes.
 */
export class ExactlyOnce implements Guarantee {
  readonly commits: CommitStrategy
  readonly #options: ExactlyOnceOptions
  readonly #tasks = new Map<string, TaskTransactions>()

  constructor(options: ExactlyOnceOptions) {
    this.#options = options
    this.commits = exactlyOnce(({ id }) => this.doorsOf(id))
  }

  get bufferedBytes(): number {
    let bytes = 0
    for (const task of this.#tasks.values()) bytes += task.bufferedBytes
    return bytes
  }

  outputOf(task: string): RecordOutput {
    return this.#of(task)
  }

  /** How the transactions of a task go. */
  doorsOf(task: string): ExactlyOnceDoors {
    return this.#of(task)
  }

  async claim(tasks: readonly string[]): Promise<void> {
    await Promise.all(tasks.map((task) => this.#of(task).open()))
  }

  async release(task: string): Promise<void> {
    await this.#tasks.get(task)?.close()
  }

  async close(): Promise<void> {
    await Promise.all([...this.#tasks.keys()].map((task) => this.release(task)))
  }

  #of(task: string): TaskTransactions {
    let transactions = this.#tasks.get(task)
    if (transactions === undefined) {
      transactions = new TaskTransactions(task, this.#options)
      this.#tasks.set(task, transactions)
    }
    return transactions
  }
}

/** The transactions of a task, by a new producer each time that it is taken up: the one before may have been shut out meanwhile. */
class TaskTransactions implements RecordOutput, ExactlyOnceDoors {
  readonly #task: string
  readonly #options: ExactlyOnceOptions
  #current: { readonly producer: Producer; readonly outputs: Outputs } | undefined

  constructor(task: string, options: ExactlyOnceOptions) {
    this.#task = task
    this.#options = options
  }

  get bufferedBytes(): number {
    return this.#current?.outputs.bufferedBytes ?? 0
  }

  async open(): Promise<void> {
    await this.close()
    const { client, groupId, transactionTimeoutMs, outputs } = this.#options
    const producer = client.createProducer({ transactionalId: `${groupId}-${this.#task}`, transactionTimeoutMs })
    this.#current = { producer, outputs: new Outputs(producer, outputs) }
    await producer.initTransactions()
    await producer.beginTransaction()
  }

  /** Aborts what is open. */
  async close(): Promise<void> {
    const { producer } = this.#current ?? {}
    this.#current = undefined
    await producer?.close()
  }

  send(record: ProducedRecord): void {
    this.#open.outputs.send(record)
  }

  partitions(topic: string): number | undefined {
    return this.#options.outputs.topics.known(topic)
  }

  partitionsOf(topic: string): Promise<number> {
    return this.#options.outputs.topics.find(topic)
  }

  flush(): Promise<FlushResult> {
    return this.#open.outputs.flush()
  }

  sendOffsets(offsets: readonly CommittedOffset[]): Promise<void> {
    return this.#open.producer.sendOffsets(this.#options.groupId, offsets)
  }

  async commitTransaction(): Promise<void> {
    const { producer } = this.#open
    await producer.commitTransaction()
    await producer.beginTransaction()
  }

  get #open() {
    if (this.#current !== undefined) return this.#current
    throw new StreamError('INVALID_STATE', `The transactions of task ${this.#task} are closed.`, { task: this.#task })
  }
}
