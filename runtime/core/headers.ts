/** One header of a record: headers keep their order and names may repeat. */
export interface Header {
  readonly key: string
  readonly value: Uint8Array | null
}

const utf8 = new TextEncoder()
const fromUtf8 = new TextDecoder()

/** The headers of a record, immutable: a change gives new headers, so branches of a topology never see each other's. */
export class Headers implements Iterable<Header> {
  static readonly empty: Headers = new Headers([])

  readonly #entries: readonly Header[]

  private constructor(entries: readonly Header[]) {
    this.#entries = entries
  }

  static of(entries: readonly Header[]): Headers {
    return entries.length === 0 ? Headers.empty : new Headers(entries)
  }

  get size(): number {
    return this.#entries.length
  }

  [Symbol.iterator](): Iterator<Header> {
    return this.#entries[Symbol.iterator]()
  }

  /** The value of the last header named `key`; undefined if there is none. */
  last(key: string): Uint8Array | null | undefined {
    return this.#entries.findLast((header) => header.key === key)?.value
  }

  /** The last header named `key` as UTF-8 text; undefined if there is none or it is null. */
  text(key: string): string | undefined {
    const value = this.last(key)
    return value == null ? undefined : fromUtf8.decode(value)
  }

  /** All headers named `key`, in order. */
  all(key: string): readonly Header[] {
    return this.#entries.filter((header) => header.key === key)
  }

  /** These headers and one more at the end; a string is written as UTF-8. */
  with(key: string, value: Uint8Array | string | null): Headers {
    return new Headers([...this.#entries, { key, value: typeof value === 'string' ? utf8.encode(value) : value }])
  }

  /** These headers less all named `key`. */
  without(key: string): Headers {
    return Headers.of(this.#entries.filter((header) => header.key !== key))
  }

  toArray(): readonly Header[] {
    return this.#entries
  }
}
