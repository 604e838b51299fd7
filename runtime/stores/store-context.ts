import type { RecordOrigin } from '../core/record.js'

/** What the stores of a task need of it. */
export interface StoreContext {
  /** Of the record being processed: its timestamp goes to the changelog, and a record cache brings it back when it is flushed. */
  recordOrigin(): RecordOrigin
  /** Runs `body` as if it came from a record of that origin. */
  runWith(origin: RecordOrigin, body: () => void): void
  /** An update older than the store's retention was dropped. */
  expired(store: string): void
}
