import { StreamError } from '../../core/errors.js'
import { StreamRecord, type ValueAndTimestamp, type Windowed } from '../../core/record.js'
import type { Serde } from '../../serde/serde.js'
import type { TopologyBuilder } from '../../topology/builder.js'
import type { TableHandle, TableValues, ValueGetter } from '../../topology/handles.js'
import type { AnyRecord, KeptNumber, Processor, ProcessorContext } from '../../topology/processor.js'
import { type Released, SuppressBuffer } from './suppress-buffer.js'

export interface Suppression {
  /** Of the step, and of the buffer's store. */
  readonly name: string
  readonly key: Serde
  readonly value: Serde
  /** Until the window closes: one result each, and none that is a tombstone. */
  readonly finalResults: boolean
  /** How long after the end of the window, or after the first update. */
  readonly waitMs: number
  readonly maxRecords: number | undefined
  readonly maxBytes: number | undefined
  /** Over the bound the first updates are sent early; else the task stops. */
  readonly emitEarly: boolean
}

/** Holds a table's updates back. Kafka Streams: `KTableSuppressProcessor`. */
class SuppressProcessor implements Processor {
  readonly #suppression: Suppression
  #context!: ProcessorContext
  #buffer!: SuppressBuffer
  #streamTime!: KeptNumber

  constructor(suppression: Suppression) {
    this.#suppression = suppression
  }

  init(context: ProcessorContext): void {
    this.#context = context
    this.#buffer = bufferOf(this.#suppression, context)
    this.#streamTime = context.keep('stream-time', -1)
  }

  process(record: AnyRecord): void {
    const { finalResults, waitMs } = this.#suppression
    if (record.timestamp > this.#streamTime.value) this.#streamTime.value = record.timestamp
    this.#buffer.put(finalResults ? (record.key as Windowed<unknown>).end : record.timestamp, record, this.#context)
    const due = this.#streamTime.value - waitMs
    while (this.#buffer.firstTime <= due) this.#buffer.release(this.#send)
    if (!this.#isFull()) return
    if (!this.#suppression.emitEarly) throw this.#fullError()
    while (this.#isFull()) this.#buffer.release(this.#send)
  }

  #isFull(): boolean {
    const { maxRecords, maxBytes } = this.#suppression
    return (maxRecords !== undefined && this.#buffer.records > maxRecords) || (maxBytes !== undefined && this.#buffer.sizeBytes > maxBytes)
  }

  readonly #send = ({ key, change, origin }: Released): void => {
    if (change.newValue === null && this.#suppression.finalResults) return
    this.#context.runWith(origin, () => this.#context.forward(new StreamRecord(key, change, origin.timestamp, origin.headers)))
  }

  #fullError(): StreamError {
    const { name, maxRecords = '∞', maxBytes = '∞' } = this.#suppression
    const { records, sizeBytes } = this.#buffer
    return new StreamError('BUFFER_FULL', `${name} holds ${records} of ${maxRecords} records and ${sizeBytes} of ${maxBytes} bytes.`, {
      step: name,
      hint: 'Raise maxRecords or maxBytes, or set whenFull: spill.',
    })
  }
}

/** The processor's buffer, for those too who look up rows of the suppressed table. */
function bufferOf(suppression: Suppression, context: ProcessorContext): SuppressBuffer {
  return context.shared(suppression, () => new SuppressBuffer(context.store(suppression.name), suppression.key, suppression.value))
}

export function addSuppressedTable(builder: TopologyBuilder, suppression: Suppression, input: TableHandle): TableHandle {
  const { name, key, value } = suppression
  // What is held back still reads as it was before.
  input.sendOldValues(true)
  builder.processor(name, input.nodes, () => new SuppressProcessor(suppression), [name])
  return {
    ...input,
    nodes: [name],
    key,
    value,
    versioned: false,
    sendOldValues: (force) => input.sendOldValues(force),
    values: () => suppressedValues(suppression, input.values()),
  }
}

function suppressedValues(suppression: Suppression, parent: TableValues): TableValues {
  return {
    stores: [suppression.name, ...parent.stores],
    open(context): ValueGetter {
      const buffer = bufferOf(suppression, context)
      const rows = parent.open(context)
      const get = (key: unknown): ValueAndTimestamp<unknown> | undefined => {
        const prior = buffer.priorRow(key)
        return prior === undefined ? rows.get(key) : (prior ?? undefined)
      }
      return { get, getAsOf: get, close: () => rows.close?.() }
    },
  }
}
