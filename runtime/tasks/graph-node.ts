import type { AnyRecord } from '../topology/processor.js'

/** A node as a record meets it. */
export interface GraphNode {
  readonly name: string
  accept(record: AnyRecord): void
}
