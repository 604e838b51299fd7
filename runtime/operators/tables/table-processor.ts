import { StreamRecord } from '../../core/record.js'
import type { AnyRecord, Processor, ProcessorContext } from '../../topology/processor.js'
import { ChangeForwarder, changeOf } from './change-forwarder.js'
import type { TableSettings } from './table-settings.js'
import { openTableStore, type TableStore } from './table-store.js'

/** A node that sends the changes of a table, and keeps it if it has a store. */
export abstract class TableProcessor implements Processor {
  protected context!: ProcessorContext
  protected readonly settings: TableSettings
  /** The table's own rows; undefined if no store keeps them. */
  protected rows: TableStore<unknown, unknown> | undefined
  #forwarder: ChangeForwarder | undefined

  constructor(settings: TableSettings) {
    this.settings = settings
  }

  init(context: ProcessorContext): void {
    this.context = context
    const { store, versioned, sendOldValues } = this.settings
    if (store === undefined) return
    this.rows = openTableStore(context, store, versioned)
    this.#forwarder = new ChangeForwarder(context, this.rows.store, sendOldValues)
  }

  abstract process(record: AnyRecord): void

  /**
   * Keeps the new value and sends the change; what a versioned store drops as too old is not sent. `isLatest` is of the change that it
   * comes from: a store of its own knows better.
   */
  protected send(record: AnyRecord, newValue: unknown, oldValue: unknown, timestamp: number, isLatest: boolean): void {
    if (this.rows === undefined) {
      this.context.forward(new StreamRecord(record.key, changeOf(newValue, oldValue, isLatest), timestamp, record.headers))
      return
    }
    const result = this.rows.put(record.key, newValue, timestamp)
    if (result !== 'expired') this.#forwarder!.forward(record, record.key, newValue, oldValue, timestamp, result === 'latest')
  }
}
