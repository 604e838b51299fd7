import type { Header } from '../core/headers.js'

/** Takes what changed in stores with a changelog: the key and value of the changelog record, null for a tombstone. */
export type ChangeSink = (store: string, key: Uint8Array, value: Uint8Array | null, timestamp: number, headers?: readonly Header[]) => void

/** A record of a changelog, as restore reads it. */
export interface ChangelogRecord {
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly timestamp: number
}
