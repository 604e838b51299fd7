import type { Client, CommittedOffset } from '../client/client.js'
import { atLeastOnce, type CommitStrategy } from '../tasks/commit-strategy.js'
import type { RecordOutput } from '../tasks/record-collector.js'
import type { Guarantee } from './guarantee.js'
import { Outputs, type OutputsOptions } from './outputs.js'

/** One producer for all tasks; what is sent is read at once. */
export class AtLeastOnce implements Guarantee {
  readonly commits: CommitStrategy
  readonly #producer
  readonly #outputs: Outputs

  constructor(client: Client, commitOffsets: (offsets: readonly CommittedOffset[]) => Promise<void>, options: OutputsOptions) {
    this.#producer = client.createProducer()
    const outputs = new Outputs(this.#producer, options)
    this.#outputs = outputs
    this.commits = atLeastOnce({
      flush: () => outputs.flush(),
      partitionsOf: (topic) => outputs.partitionsOf(topic),
      commitOffsets,
    })
  }

  get bufferedBytes(): number {
    return this.#outputs.bufferedBytes
  }

  outputOf(): RecordOutput {
    return this.#outputs
  }

  async claim(): Promise<void> {}

  async release(): Promise<void> {}

  close(): Promise<void> {
    return this.#producer.close()
  }
}
