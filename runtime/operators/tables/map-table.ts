import { Headers } from '../../core/headers.js'
import { type Change, StreamRecord, type ValueAndTimestamp } from '../../core/record.js'
import type { TableValues, ValueGetter } from '../../topology/handles.js'
import type { AnyRecord, ProcessorContext } from '../../topology/processor.js'
import type { LogicClass } from '../step.js'
import { sharedLogic, type UserCode } from '../user-code.js'
import { TableProcessor } from './table-processor.js'
import type { TableSettings } from './table-settings.js'

interface MapCode {
  mapValues(record: AnyRecord): unknown
}

interface MapTableStep {
  readonly name: string
  readonly logic: LogicClass
}

/** A new value for each row; tombstones stay, and a null from user code is one. Kafka Streams: `KTableMapValues`. */
export class MapTableProcessor extends TableProcessor {
  readonly #step: MapTableStep
  #code!: UserCode<MapCode>

  constructor(step: MapTableStep, settings: TableSettings) {
    super(settings)
    this.#step = step
  }

  override init(context: ProcessorContext): void {
    super.init(context)
    this.#code = sharedLogic(this.#step, context)
  }

  process(record: AnyRecord): void {
    const change = record.value as Change<unknown>
    const newValue = this.#mapped(record, change.newValue)
    const oldValue = this.settings.sendOldValues ? this.#oldValue(record, change) : null
    this.send(record, newValue, oldValue, record.timestamp, change.isLatest)
  }

  close(): void {
    this.#code?.close()
  }

  #oldValue(record: AnyRecord, change: Change<unknown>): unknown {
    return this.rows === undefined ? this.#mapped(record, change.oldValue) : this.rows.get(record.key)?.value
  }

  #mapped(record: AnyRecord, value: unknown): unknown {
    return value == null ? null : this.#code.mapValues(record.withValue(value))
  }
}

/** The rows of `parent`, mapped. */
export function mappedValues(step: MapTableStep, parent: TableValues): TableValues {
  return {
    stores: parent.stores,
    open(context): ValueGetter {
      const code = sharedLogic<MapCode>(step, context)
      const rows = parent.open(context)
      const mapped = (key: unknown, row: ValueAndTimestamp<unknown> | undefined): ValueAndTimestamp<unknown> | undefined => {
        if (row === undefined) return undefined
        const value = code.mapValues(new StreamRecord(key, row.value, row.timestamp, Headers.empty))
        return value == null ? undefined : { value, timestamp: row.timestamp }
      }
      return {
        get: (key) => mapped(key, rows.get(key)),
        getAsOf: (key, timestamp) => mapped(key, rows.getAsOf(key, timestamp)),
        close: () => rows.close?.(),
      }
    },
  }
}
