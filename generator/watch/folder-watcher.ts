import { type FSWatcher, watch as openWatch, statSync } from 'node:fs'

export interface WatcherOptions {
  /** After a change it is waited for this long that nothing else happens: editors and version control write in several steps. */
  readonly settleMs?: number
  /** How often to call for a look where the system does not tell of changes. */
  readonly pollMs?: number
  readonly watch?: typeof openWatch
}

/**
 * Tells that something has changed in folders, not what: who is told looks. Each folder is watched by itself, which all systems do alike. Where one cannot be watched (a
 * system has its limits) it is called for a look at intervals.
 */
export class FolderWatcher {
  readonly #settleMs: number
  readonly #pollMs: number
  readonly #watch: typeof openWatch
  readonly #watched = new Map<string, { readonly identity: string; readonly watcher: FSWatcher }>()
  #hasChanged = false
  #isClosed = false
  #wake: (() => void) | undefined
  #settling: NodeJS.Timeout | undefined
  #polling: NodeJS.Timeout | undefined

  constructor({ settleMs = 40, pollMs = 1000, watch = openWatch }: WatcherOptions = {}) {
    this.#settleMs = settleMs
    this.#pollMs = pollMs
    this.#watch = watch
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  /** These folders from now on, and no others. True if one is new: what happened in it before was not told. */
  watch(folders: ReadonlySet<string>): boolean {
    if (this.#isClosed) return false
    for (const [folder, { watcher, identity }] of this.#watched) {
      // A folder that was removed and made again is another one, of which the old watch says nothing.
      if (folders.has(folder) && identityOf(folder) === identity) continue
      watcher.close()
      this.#watched.delete(folder)
    }
    const missing = [...folders].filter((folder) => !this.#watched.has(folder))
    return missing.map((folder) => this.#add(folder)).includes(true)
  }

  #add(folder: string): boolean {
    const identity = identityOf(folder)
    if (identity === undefined) return false
    try {
      const watcher = this.#watch(folder, { persistent: true })
      watcher.on('change', () => this.#told())
      watcher.on('error', () => {
        watcher.close()
        this.#watched.delete(folder)
        this.#told()
      })
      this.#watched.set(folder, { identity, watcher })
      return true
    } catch {
      this.#polling ??= setInterval(() => this.#told(), this.#pollMs)
      return false
    }
  }

  /** When something has changed since the last call and all is quiet again, or when it is closed. */
  async change(): Promise<void> {
    if (!this.#hasChanged && !this.#isClosed) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    this.#hasChanged = false
  }

  close(): void {
    this.#isClosed = true
    for (const { watcher } of this.#watched.values()) watcher.close()
    this.#watched.clear()
    clearTimeout(this.#settling)
    clearInterval(this.#polling)
    this.#wake?.()
  }

  #told(): void {
    if (this.#isClosed) return
    clearTimeout(this.#settling)
    this.#settling = setTimeout(() => {
      this.#hasChanged = true
      this.#wake?.()
    }, this.#settleMs)
  }
}

function identityOf(folder: string): string | undefined {
  const found = statSync(folder, { throwIfNoEntry: false })
  return found && `${found.dev} ${found.ino}`
}
