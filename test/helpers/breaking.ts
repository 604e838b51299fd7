import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { memoryBackend } from '#runtime/stores/memory-store.js'
import type { StateBackend, StateBackendFactory } from '#runtime/stores/store.js'
import type { Driver } from '#runtime/testing/driver.js'

/** The step of a commit before which the instance is killed; each is hit once, `changelog` at the second record of a commit. */
export type BreakAt = 'none' | 'changelog' | 'state' | 'offsets' | 'transaction'

/** Breaks a driver's commits: give it `backend` as its state backend, and `patch` it. */
export class Breaking {
  at: BreakAt = 'none'
  hits = 0
  readonly #factory: StateBackendFactory

  constructor(factory: StateBackendFactory) {
    this.#factory = factory
  }

  static isKill(error: unknown): boolean {
    return error instanceof Error && error.message.includes('killed before')
  }

  readonly backend = (directory: string): StateBackend => {
    const state = this.#factory(directory)
    return {
      persistent: true,
      open: (name) => state.open(name),
      positions: () => state.positions(),
      sizeBytes: () => state.sizeBytes(),
      close: () => state.close(),
      commit: (batch) => {
        this.#hit('state')
        state.commit(batch)
      },
    }
  }

  patch({ broker }: Driver): void {
    let changes = 0
    const seen = (topic: string): void => {
      if (topic.endsWith('-changelog') && this.at === 'changelog' && ++changes % 2 === 0) this.#hit('changelog')
    }
    const { append, produce, commitOffsets } = broker
    broker.append = (topic, partition, record) => {
      seen(topic)
      return append.call(broker, topic, partition, record)
    }
    broker.produce = (log, records, identity, sequence) => {
      seen(log.topic)
      return produce.call(broker, log, records, identity, sequence)
    }
    broker.commitOffsets = (group, offsets) => {
      this.#hit('offsets')
      commitOffsets.call(broker, group, offsets)
    }
    const { commit } = broker.transactions
    broker.transactions.commit = (identity) => {
      this.#hit('transaction')
      commit.call(broker.transactions, identity)
    }
  }

  #hit(step: BreakAt): void {
    if (this.at !== step) return
    this.at = 'none'
    this.hits += 1
    throw new Error(`killed before ${step}`)
  }
}

/** State that outlives its closing, in memory: as quick as a simulation needs it. */
export function durableMemory(): StateBackendFactory {
  const states = new Map<string, StateBackend>()
  return (directory) => {
    // Gone with its directory, if there is one.
    const mark = join(directory, 'durable-memory')
    if (existsSync(directory) && !existsSync(mark)) {
      states.delete(directory)
      writeFileSync(mark, '')
    }
    const state = states.get(directory) ?? memoryBackend()
    states.set(directory, state)
    return {
      persistent: true,
      open: (name) => state.open(name),
      positions: () => state.positions(),
      commit: (batch) => state.commit(batch),
      sizeBytes: () => state.sizeBytes(),
      close() {},
    }
  }
}
