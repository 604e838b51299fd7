import { type Database, open, type RootDatabase } from 'lmdb'
import { isStreamError, StreamError } from '../core/errors.js'
import { damageOf, extendTo, requireWritable } from './lmdb-files.js'
import { inKeyOrder, storedFrom, storedKey, storedTo, storedValue, valueFor } from './lmdb-keys.js'
import type { BytesStore, Entry, RangeOptions, StateBackend, StateBatch } from './store.js'
import { readTime, writeTime } from './value-codec.js'

type Bytes = Database<Uint8Array, Uint8Array>

const binary = { keyEncoding: 'binary', encoding: 'binary' } as const

/** Of the way rows are laid out; another one is restored from the changelog. */
const format = 'millrace-1'
const formatKey = Buffer.from('format')
const positionPrefix = 'position:'

/** More stores than any task has; each costs LMDB a few words. */
const maxStores = 1000

/**
 * State on disk: one LMDB environment in the task's directory. A commit is one transaction, flushed to the disk before it returns
 * (but for LMDB's own last page, so that a machine that fails may lose the last commit, never a part of it). A process that is
 * killed loses nothing that was committed.
 *
 * Throws STATE_CORRUPTED if what is there is no environment, or is cut short, or has an older layout; STATE_DIRECTORY if it
 * cannot be opened otherwise.
 */
export function lmdbBackend(directory: string): StateBackend {
  return new LmdbBackend(directory)
}

class LmdbBackend implements StateBackend {
  readonly persistent = true
  readonly #directory: string
  readonly #root: RootDatabase<Uint8Array, Uint8Array>
  readonly #meta: Bytes
  readonly #positions = new Map<string, number>()
  readonly #stores = new Map<string, LmdbStore>()
  #coveredBytes = 0
  #closed = false

  constructor(directory: string) {
    this.#directory = directory
    this.#root = opened(directory)
    try {
      this.#meta = this.#guarded(() => this.#root.openDB('meta', binary))
      this.#readMeta()
    } catch (error) {
      this.close()
      throw error
    }
  }

  open(name: string): BytesStore {
    this.#requireOpen()
    let store = this.#stores.get(name)
    if (store === undefined) {
      const database = this.#guarded(() => this.#root.openDB<Uint8Array, Uint8Array>(`store:${name}`, binary))
      store = new LmdbStore(name, database, (action) => this.#guarded(action))
      this.#stores.set(name, store)
    }
    return store
  }

  positions(): ReadonlyMap<string, number> {
    this.#requireOpen()
    return new Map(this.#positions)
  }

  commit({ mutations, deleteRanges, positions }: StateBatch): void {
    this.#guarded(() =>
      this.#root.transactionSync(() => {
        for (const [name, ranges] of deleteRanges ?? []) for (const range of ranges) this.#known(name).deleteRange(range)
        for (const [name, changes] of mutations) this.#known(name).write(changes)
        for (const [name, position] of positions) {
          if (this.#positions.get(name) !== position) this.#meta.putSync(Buffer.from(positionPrefix + name), encodePosition(position))
        }
      }),
    )
    for (const [partition, position] of positions) this.#positions.set(partition, position)
    this.#guarded(() => this.#coverPages())
  }

  sizeBytes(): number {
    return this.#guarded(() => pageBytes(this.#root))
  }

  /** Synchronous, since all transactions are. */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    void this.#root.close()
  }

  #readMeta(): void {
    this.#guarded(() => {
      const found = this.#meta.get(formatKey)
      if (found === undefined) this.#meta.putSync(formatKey, Buffer.from(format))
      else if (Buffer.from(found).toString() !== format) {
        throw corrupted(this.#directory, `its layout is ${Buffer.from(found).toString()}, where this version has ${format}`)
      }
      for (const { key, value } of this.#meta.getRange({ start: Buffer.from(positionPrefix) })) {
        this.#positions.set(Buffer.from(key).toString().slice(positionPrefix.length), readTime(value, 0))
      }
    })
  }

  #coverPages(): void {
    const bytes = pageBytes(this.#root)
    if (bytes === this.#coveredBytes) return
    extendTo(this.#directory, bytes)
    this.#coveredBytes = bytes
  }

  #known(name: string): LmdbStore {
    const store = this.#stores.get(name)
    if (store === undefined) throw new StreamError('INVALID_STATE', `the store ${name} has not been opened`, { store: name })
    return store
  }

  #requireOpen(): void {
    if (this.#closed) throw new StreamError('INVALID_STATE', `the state in ${this.#directory} is closed`)
  }

  /** LMDB's errors as ours. */
  #guarded<T>(action: () => T): T {
    this.#requireOpen()
    try {
      return action()
    } catch (error) {
      throw asStreamError(this.#directory, error)
    }
  }
}

class LmdbStore implements BytesStore {
  readonly name: string
  readonly #database: Bytes
  readonly #guarded: <T>(action: () => T) => T

  constructor(name: string, database: Bytes, guarded: <T>(action: () => T) => T) {
    this.name = name
    this.#database = database
    this.#guarded = guarded
  }

  get(key: Uint8Array): Uint8Array | undefined {
    return this.#guarded(() => {
      const stored = this.#database.get(storedKey(key))
      return stored === undefined ? undefined : valueFor(key, stored)
    })
  }

  range(options: RangeOptions = {}): Iterable<Entry> {
    this.#guarded(() => {})
    return { [Symbol.iterator]: () => this.#scan(options) }
  }

  count(): number {
    return this.#guarded(() => (this.#database.getStats() as { entryCount: number }).entryCount)
  }

  /** Within a transaction. */
  write(mutations: Iterable<readonly [Uint8Array, Uint8Array | null]>): void {
    for (const [key, value] of mutations) {
      if (value === null) this.#database.removeSync(storedKey(key))
      else this.#database.putSync(storedKey(key), storedValue(key, value))
    }
  }

  /** Within a transaction. Keys are listed before they are removed, since a cursor must not lose the ground it stands on. */
  deleteRange(options: RangeOptions): void {
    const keys: Uint8Array[] = []
    for (const { key } of inKeyOrder(this.#database.getRange(bounds(options)), options)) keys.push(key)
    for (const key of keys) this.#database.removeSync(storedKey(key))
  }

  *#scan(options: RangeOptions): IterableIterator<Entry> {
    const stored = this.#guarded(() => this.#database.getRange(bounds(options))[Symbol.iterator]())
    const guardedSteps: Iterable<{ key: Uint8Array; value: Uint8Array }> = {
      [Symbol.iterator]: () => ({
        next: () => this.#guarded(() => stored.next()),
        return: () => stored.return?.() ?? { done: true, value: undefined },
      }),
    }
    yield* inKeyOrder(guardedSteps, options)
  }
}

/** LMDB-js starts reverse scans at `start` and ends them at `end`; without a start it would leave out the lowest keys. */
function bounds({ from, to, reverse = false }: RangeOptions): Parameters<Bytes['getRange']>[0] {
  const lowest = from === undefined ? Uint8Array.of(0) : storedFrom(from)
  if (!reverse) return to === undefined ? { start: lowest } : { start: lowest, end: storedTo(to) }
  const descending = { reverse, end: lowest, inclusiveEnd: true }
  return to === undefined ? descending : { ...descending, start: storedTo(to), exclusiveStart: true }
}

function opened(directory: string): RootDatabase<Uint8Array, Uint8Array> {
  try {
    requireWritable(directory)
    const damage = damageOf(directory)
    if (damage !== undefined) throw corrupted(directory, damage)
    return open({ path: directory, noSubdir: false, maxDbs: maxStores, overlappingSync: false, noMetaSync: true, ...binary })
  } catch (error) {
    throw asStreamError(directory, error)
  }
}

/** Bytes of all pages that were ever used. */
function pageBytes(root: RootDatabase<Uint8Array, Uint8Array>): number {
  const stats = root.getStats() as { lastPageNumber: number; root: { pageSize: number } }
  return (stats.lastPageNumber + 1) * stats.root.pageSize
}

function encodePosition(position: number): Uint8Array {
  const bytes = Buffer.allocUnsafe(8)
  writeTime(bytes, 0, position)
  return bytes
}

/** Codes of LMDB (negative) and of the system; EIO is LMDB's for a write of which the disk took but a part. */
const full = new Set([-30792 /* MDB_MAP_FULL */, 28 /* ENOSPC */, 27 /* EFBIG */, 122 /* EDQUOT */, 12 /* ENOMEM */, 5 /* EIO */])
const broken = new Set([
  -30797 /* MDB_PAGE_NOTFOUND */, -30796 /* MDB_CORRUPTED */, -30795 /* MDB_PANIC */, -30794 /* MDB_VERSION_MISMATCH */,
  -30793 /* MDB_INVALID */,
])

function asStreamError(directory: string, error: unknown): StreamError {
  if (isStreamError(error)) return error
  const message = error instanceof Error ? error.message : String(error)
  const code = codeOf(error)
  if (code !== undefined && full.has(code)) {
    return new StreamError('STATE_FULL', `there is no room for the state in ${directory}: ${message}`, {
      cause: error,
      hint: 'Nothing of this commit was kept. Make room on the disk (or see whether it fails), and start again.',
    })
  }
  if (code !== undefined && broken.has(code)) return corrupted(directory, message, error)
  return new StreamError('STATE_DIRECTORY', `the state in ${directory}: ${message}`, { cause: error })
}

/** LMDB-js gives the number as `code`, Node as `errno`, negative. */
function codeOf(error: unknown): number | undefined {
  if (!(error instanceof Error)) return undefined
  if ('code' in error && typeof error.code === 'number') return error.code
  return 'errno' in error && typeof error.errno === 'number' ? -error.errno : undefined
}

function corrupted(directory: string, what: string, cause?: unknown): StreamError {
  return new StreamError('STATE_CORRUPTED', `the state in ${directory} cannot be read: ${what}`, {
    cause,
    hint: 'It is removed and restored from its changelogs.',
  })
}
