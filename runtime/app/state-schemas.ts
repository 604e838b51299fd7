import type { ChangelogSource } from '../changelog/restorer.js'
import type { ProducedRecord } from '../client/client.js'
import { isStreamError, StreamError } from '../core/errors.js'
import { type MaybePromise, run, type Steps, wait } from '../core/maybe-promise.js'
import type { WriterSchema } from '../serde/avro.js'
import { type SchemaSerde, schemaSerdes } from '../serde/schema-serde.js'
import { needsSchemas, schemasTopic } from '../topology/schemas.js'
import type { Topology } from '../topology/topology.js'

export interface StateSchemasOptions {
  readonly topology: Topology
  readonly source: Pick<ChangelogSource, 'endOffsets' | 'assign' | 'poll'>
  /** Resolves when the records are acknowledged. */
  readonly write: (records: readonly ProducedRecord[]) => MaybePromise<void>
  readonly now: () => number
}

/**
 * The schemas that the versions of an application have written its state and internal topics with, in a compacted topic by fingerprint. So
 * an older version that is deployed again can read what a newer one has written. A version writes its own before it joins the group, and
 * reads what there is with each assignment: whoever it gets records or state from has joined before.
 */
export class StateSchemas {
  readonly #options: StateSchemasOptions
  readonly #topic: string
  readonly #serdes: readonly SchemaSerde[]
  readonly #known = new Map<string, WriterSchema>()
  #position = 0

  constructor(options: StateSchemasOptions) {
    this.#options = options
    this.#topic = schemasTopic(options.topology.application)
    this.#serdes = needsSchemas(options.topology) ? [...new Set(serdesOf(options.topology).flatMap(schemaSerdes))] : []
  }

  /** Reads what there is, and writes the schemas of this version that are missing. Throws NOT_AUTHORIZED, PRODUCTION. */
  open(): MaybePromise<void> {
    return run(this.#withHint(this.#open()))
  }

  /** Reads what has come since. */
  refresh(): MaybePromise<void> {
    return run(this.#withHint(this.#read()))
  }

  *#open(): Steps<void> {
    yield* this.#read()
    const own = new Map(this.#serdes.map(({ writer }) => [writer.fingerprint, writer]))
    const missing = [...own.values()].filter(({ fingerprint }) => !this.#known.has(fingerprint))
    if (missing.length === 0) return
    yield* wait(this.#options.write(missing.map((writer) => recordOf(this.#topic, writer, this.#options.now()))))
  }

  *#read(): Steps<void> {
    if (this.#serdes.length === 0) return
    const { source } = this.#options
    const at = { topic: this.#topic, partition: 0 }
    const [end] = yield* wait(source.endOffsets([at]))
    if (end === undefined || this.#position === end.offset) return
    // Beyond the end: the topic was made anew.
    if (this.#position > end.offset) this.#position = 0
    yield* wait(source.assign(new Map([[at, this.#position]])))
    while (this.#position < end.offset) {
      for (const { records, nextOffset } of yield* wait(source.poll(100))) {
        for (const { key, value } of records) this.#add(key, value)
        this.#position = nextOffset
      }
    }
    yield* wait(source.assign(new Map()))
    for (const serde of this.#serdes) serde.learn(this.#known.values())
  }

  #add(key: Uint8Array | null, value: Uint8Array | null): void {
    if (key === null || value === null) return
    const fingerprint = Buffer.from(key).toString('utf8')
    this.#known.set(fingerprint, { fingerprint, schema: Buffer.from(value).toString('utf8') })
  }

  *#withHint(steps: Steps<void>): Steps<void> {
    try {
      yield* steps
    } catch (error) {
      if (!isStreamError(error) || error.code !== 'NOT_AUTHORIZED') throw error
      throw new StreamError('NOT_AUTHORIZED', `The schemas of the state cannot be kept in the topic ${this.#topic}: ${error.message}`, {
        topic: this.#topic,
        cause: error,
        hint: `Allow Create, Describe, Read and Write on topics whose names begin with ${this.#options.topology.application}.`,
      })
    }
  }
}

/** All that it reads and writes with; it may read itself what it writes to a topic of the user's. */
function serdesOf({ stores, nodes }: Topology) {
  return [...stores.map(({ spec }) => spec), ...nodes.filter((node) => node.kind !== 'processor')].flatMap(({ key, value }) => [key, value])
}

function recordOf(topic: string, { fingerprint, schema }: WriterSchema, timestamp: number): ProducedRecord {
  return { topic, partition: 0, key: Buffer.from(fingerprint, 'utf8'), value: Buffer.from(schema, 'utf8'), timestamp, headers: [] }
}
