import type { BigIntStats } from 'node:fs'
import { fileStamp } from './file-stamp.js'

/** A file that changed this shortly before it was read may change again without another stamp: clocks of file systems tick. */
const tickMs = 100

/** Files of the disk as they were read last, each read again once it has changed. */
export class KeptFiles<T> {
  readonly #files = new Map<string, { readonly stamp: string; readonly content: T }>()
  readonly #read: (path: string) => T
  readonly #now: () => number

  /** `now`: milliseconds since the epoch. */
  constructor(read: (path: string) => T, now: () => number = Date.now) {
    this.#read = read
    this.#now = now
  }

  /** `found`: what is there, a file. */
  get(path: string, found: BigIntStats): T {
    const stamp = fileStamp(found)
    const known = this.#files.get(path)
    if (known?.stamp === stamp) return known.content
    const settled = this.#now() - tickMs
    const content = this.#read(path)
    if (Number(found.ctimeMs) < settled && Number(found.mtimeMs) < settled) this.#files.set(path, { stamp, content })
    else this.#files.delete(path)
    return content
  }
}
