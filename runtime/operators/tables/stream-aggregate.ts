import type { AnyRecord, ProcessorContext } from '../../topology/processor.js'
import type { Aggregation, MakeAggregation } from '../aggregation.js'
import { TableProcessor } from './table-processor.js'
import type { TableSettings } from './table-settings.js'

/** Aggregates a stream by key, without windows. Kafka Streams: `KStreamAggregate`, `KStreamReduce`. */
export class StreamAggregateProcessor extends TableProcessor {
  readonly #make: MakeAggregation
  #aggregation!: Aggregation

  constructor(make: MakeAggregation, settings: TableSettings) {
    super(settings)
    this.#make = make
  }

  override init(context: ProcessorContext): void {
    super.init(context)
    this.#aggregation = this.#make(context)
  }

  process(record: AnyRecord): void {
    const { key, value, timestamp } = record
    if (key == null || value == null) {
      this.context.drop(key == null ? 'null key' : 'null value')
      return
    }
    const row = this.rows!.get(key)
    // A new key's old value is the initial aggregate, as Kafka Streams sends it.
    const oldAggregate = row === undefined ? this.#aggregation.initialize() : row.value
    const newAggregate = this.#aggregation.add(record, oldAggregate)
    this.send(record, newAggregate, oldAggregate, row === undefined ? timestamp : Math.max(timestamp, row.timestamp), true)
  }

  close(): void {
    this.#aggregation?.close()
  }
}
