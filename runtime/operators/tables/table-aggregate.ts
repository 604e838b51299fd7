import type { Change } from '../../core/record.js'
import type { AnyRecord, ProcessorContext } from '../../topology/processor.js'
import type { Aggregation, MakeAggregation } from '../aggregation.js'
import { TableProcessor } from './table-processor.js'
import type { TableSettings } from './table-settings.js'

/** Aggregates the rows of a grouped table: takes old values out and puts new ones in. Kafka Streams: `KTableAggregate`, `KTableReduce`. */
export class TableAggregateProcessor extends TableProcessor {
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
    const { oldValue, newValue } = record.value as Change<unknown>
    const row = this.rows!.get(record.key)
    const before = row?.value ?? null
    const subtracts = oldValue != null && before !== null
    const between = subtracts ? this.#aggregation.subtract(record.withValue(oldValue), before) : before
    const after = newValue == null ? between : this.#aggregation.add(record.withValue(newValue), between ?? this.#aggregation.initialize())
    const touched = row !== undefined && (subtracts || newValue != null)
    this.send(record, after, before, touched ? Math.max(record.timestamp, row.timestamp) : record.timestamp, true)
  }

  close(): void {
    this.#aggregation?.close()
  }
}
