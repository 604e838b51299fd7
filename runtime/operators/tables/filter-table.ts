import { Headers } from '../../core/headers.js'
import { type Change, StreamRecord, type ValueAndTimestamp } from '../../core/record.js'
import type { TableValues, ValueGetter } from '../../topology/handles.js'
import type { AnyRecord, ProcessorContext } from '../../topology/processor.js'
import type { LogicClass } from '../step.js'
import { sharedLogic, type UserCode } from '../user-code.js'
import { TableProcessor } from './table-processor.js'
import type { TableSettings } from './table-settings.js'

interface FilterCode {
  test(record: AnyRecord): boolean
}

interface FilterTableStep {
  readonly name: string
  readonly operator: 'filter' | 'filterNot'
  readonly logic: LogicClass
}

/** Rows that do not pass become tombstones. Kafka Streams: `KTableFilter`. */
export class FilterTableProcessor extends TableProcessor {
  readonly #step: FilterTableStep
  readonly #fromVersioned: boolean
  #code!: UserCode<FilterCode>

  constructor(step: FilterTableStep, settings: TableSettings, fromVersioned: boolean) {
    super(settings)
    this.#step = step
    this.#fromVersioned = fromVersioned
  }

  override init(context: ProcessorContext): void {
    super.init(context)
    this.#code = sharedLogic(this.#step, context)
  }

  process(record: AnyRecord): void {
    const change = record.value as Change<unknown>
    const { sendOldValues } = this.settings
    const newValue = this.#passing(record, change.newValue)
    const oldValue = sendOldValues ? this.#oldValue(record, change) : null
    // The history of a versioned table counts, so nothing is left out of it.
    if (sendOldValues && newValue === null && oldValue === null && !this.#fromVersioned) return
    this.send(record, newValue, oldValue, record.timestamp, change.isLatest)
  }

  close(): void {
    this.#code?.close()
  }

  #oldValue(record: AnyRecord, change: Change<unknown>): unknown {
    return this.rows === undefined ? this.#passing(record, change.oldValue) : (this.rows.get(record.key)?.value ?? null)
  }

  #passing(record: AnyRecord, value: unknown): unknown {
    return value != null && passes(this.#step, this.#code, record.withValue(value)) ? value : null
  }
}

function passes(step: FilterTableStep, code: FilterCode, record: AnyRecord): boolean {
  return step.operator === 'filterNot' ? !code.test(record) : code.test(record)
}

/** The rows of `parent` that pass. */
export function filteredValues(step: FilterTableStep, parent: TableValues): TableValues {
  return {
    stores: parent.stores,
    open(context): ValueGetter {
      const code = sharedLogic<FilterCode>(step, context)
      const rows = parent.open(context)
      const passing = (key: unknown, row: ValueAndTimestamp<unknown> | undefined) =>
        row !== undefined && passes(step, code, new StreamRecord(key, row.value, row.timestamp, Headers.empty)) ? row : undefined
      return {
        get: (key) => passing(key, rows.get(key)),
        getAsOf: (key, timestamp) => passing(key, rows.getAsOf(key, timestamp)),
        close: () => rows.close?.(),
      }
    },
  }
}
