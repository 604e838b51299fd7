import { StreamError } from '../../core/errors.js'
import { Headers } from '../../core/headers.js'
import { type Change, StreamRecord, type ValueAndTimestamp } from '../../core/record.js'
import type { TableValues, ValueGetter } from '../../topology/handles.js'
import type { AnyRecord, ProcessorContext } from '../../topology/processor.js'
import { type ConnectedStore, type PunctuateSpec, startProcessing, UserContext } from '../process-context.js'
import type { LogicClass } from '../step.js'
import type { UserCode } from '../user-code.js'
import { TableProcessor } from './table-processor.js'
import type { TableSettings } from './table-settings.js'

interface TransformCode {
  transform(record: AnyRecord, context: UserContext): unknown
}

export interface TableTransform {
  readonly name: string
  readonly logic: LogicClass
  readonly stores: readonly ConnectedStore[]
  readonly punctuate: readonly PunctuateSpec[]
}

/** User code with state makes each row's value anew, of tombstones too. Kafka Streams: `KTableTransformValues`. */
export class TransformTableProcessor extends TableProcessor {
  readonly #transform: TableTransform
  #user!: UserContext
  #code!: UserCode<TransformCode>

  constructor(transform: TableTransform, settings: TableSettings) {
    super(settings)
    this.#transform = transform
  }

  override init(context: ProcessorContext): void {
    super.init(context)
    this.#user = userContext(this.#transform, context)
    this.#code = startProcessing<TransformCode>(this.#transform.logic, this.#user, this.#transform.punctuate)
  }

  process(record: AnyRecord): void {
    const change = record.value as Change<unknown>
    const newValue = this.#code.transform(record.withValue(change.newValue), this.#user)
    const oldValue = this.settings.sendOldValues ? this.#oldValue(record, change) : null
    this.send(record, newValue, oldValue, record.timestamp, change.isLatest)
  }

  close(): void {
    this.#code?.close()
  }

  #oldValue(record: AnyRecord, change: Change<unknown>): unknown {
    if (this.rows !== undefined) return this.rows.get(record.key)?.value
    return this.#code.transform(record.withValue(change.oldValue), this.#user)
  }
}

/** The rows of `parent`, transformed as they are looked up, by an instance of the user's class for those who look. */
export function transformedValues(transform: TableTransform, parent: TableValues): TableValues {
  const stores = transform.stores.map(({ store }) => store)
  return {
    stores: [...parent.stores, ...stores],
    open(context): ValueGetter {
      const rows = parent.open(context)
      const user = userContext(transform, context)
      const code = startProcessing<TransformCode>(transform.logic, user)
      const transformed = (key: unknown, row: ValueAndTimestamp<unknown> | undefined): ValueAndTimestamp<unknown> | undefined => {
        const timestamp = row?.timestamp ?? -1
        let value: unknown
        context.runWith({ metadata: undefined, timestamp, headers: Headers.empty }, () => {
          value = code.transform(new StreamRecord(key, row?.value ?? null, timestamp, Headers.empty), user)
        })
        return value == null ? undefined : { value, timestamp }
      }
      return {
        get: (key) => transformed(key, rows.get(key)),
        getAsOf: (key, timestamp) => transformed(key, rows.getAsOf(key, timestamp)),
        close() {
          rows.close?.()
          code.close()
        },
      }
    },
  }
}

function userContext(transform: TableTransform, context: ProcessorContext): UserContext {
  return new UserContext(context, transform.name, transform.stores, () => {
    const hint = 'Return the value; or take toStream of the table, and process that.'
    throw new StreamError('PROCESSING', `${transform.name}: nothing can be forwarded from a row.`, { step: transform.name, hint })
  })
}
