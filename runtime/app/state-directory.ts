import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DirectoryLock } from '../core/directory-lock.js'
import { StreamError, toStreamError } from '../core/errors.js'
import { formatOf } from '../serde/schema-serde.js'
import type { StoreSpec } from '../stores/store-spec.js'

const format = 1
const metaName = 'millrace.json'
const taskName = /^\d+_\d+$/

/** What a state directory says of itself, in `millrace.json`. */
interface Meta {
  readonly format: number
  readonly application: string
  /** Survives restarts: by it the group's leader knows this instance again. */
  readonly processId: string
  /** What the bytes of each store mean; `kind`, and whether it keeps duplicates. */
  readonly stores: Readonly<Record<string, string>>
  /** In what format each store has its keys; those of older folders are not known. */
  readonly keys?: Readonly<Record<string, string>>
}

/**
 * The stores of one instance on disk: one folder a task, a lock against a second process, and a file that says whose they are.
 *
 *     .millrace/login-attempts/
 *       lock  millrace.json  0_0/  0_1/  1_0/
 */
export class StateDirectory {
  readonly path: string
  readonly processId: string
  readonly #lock: DirectoryLock
  readonly #inUse = new Set<string>()

  private constructor(path: string, processId: string, lock: DirectoryLock) {
    this.path = path
    this.processId = processId
    this.#lock = lock
  }

  /**
   * Locks `path`, made if it is not there, for `application`.
   * Throws STATE_LOCKED, STATE_FOREIGN, STATE_VERSION, STATE_LAYOUT, STATE_DIRECTORY.
   */
  static async open(path: string, application: string, stores: readonly StoreSpec[]): Promise<StateDirectory> {
    refuseForeign(path)
    const lock = await DirectoryLock.acquire(path, { noun: 'state directory', otherwise: 'give this instance a stateDir of its own' })
    try {
      const meta = readMeta(path)
      if (meta !== undefined) checkMeta(path, meta, application, stores)
      const processId = meta?.processId ?? randomUUID()
      const known = { stores: { ...meta?.stores, ...layoutOf(stores) }, keys: { ...meta?.keys, ...keysOf(stores) } }
      writeMeta(path, { format, application, processId, ...known })
      return new StateDirectory(path, processId, lock)
    } catch (error) {
      lock.release()
      throw toStreamError(error, 'STATE_DIRECTORY', { hint: `The state directory is ${path}.` })
    }
  }

  /** Tasks with a folder here, those of earlier assignments too. */
  tasks(): readonly string[] {
    return readdirSync(this.path).filter((name) => taskName.test(name))
  }

  /** The folder of `task`, made if it is not there; in use until `releaseTask`. */
  acquireTask(task: string): string {
    if (this.#inUse.has(task)) throw new StreamError('INVALID_STATE', `The folder of task ${task} is in use.`, { task })
    const folder = join(this.path, task)
    mkdirSync(folder, { recursive: true })
    this.#inUse.add(task)
    return folder
  }

  releaseTask(task: string): void {
    const folder = join(this.path, task)
    if (!this.#inUse.delete(task) || !existsSync(folder)) return
    const now = new Date()
    utimesSync(folder, now, now)
  }

  /** Removes the folder of a task that is not in use: its stores are restored from their changelogs. */
  wipeTask(task: string): void {
    if (this.#inUse.has(task)) throw new StreamError('INVALID_STATE', `The folder of task ${task} is in use.`, { task })
    rmSync(join(this.path, task), { recursive: true, force: true })
  }

  /** Removes folders of tasks that left this instance more than `olderThanMs` ago; returns the tasks. */
  cleanUp(olderThanMs: number): readonly string[] {
    const before = Date.now() - olderThanMs
    const old = this.tasks().filter((task) => !this.#inUse.has(task) && statSync(join(this.path, task)).mtimeMs <= before)
    for (const task of old) this.wipeTask(task)
    return old
  }

  /** Idempotent. */
  close(): void {
    this.#lock.release()
  }
}

/** A folder with files but without our own is somebody else's: nothing is written into it, not even a lock. */
function refuseForeign(path: string): void {
  if (!existsSync(path) || existsSync(join(path, metaName))) return
  if (!statSync(path).isDirectory()) {
    throw new StreamError('STATE_FOREIGN', `The state directory ${path} is a file.`, { hint: 'Name a folder as stateDir.' })
  }
  // A lock without millrace.json is what a process leaves that was killed between the two.
  const strange = readdirSync(path).filter((name) => name !== 'lock' && !name.startsWith('lock.') && !name.startsWith(`${metaName}.`))
  if (strange.length > 0) {
    throw new StreamError(
      'STATE_FOREIGN',
      `The state directory ${path} holds files that are not Millrace's: ${strange.slice(0, 5).join(', ')}.`,
      {
        hint: 'Name an empty or a new folder as stateDir.',
      },
    )
  }
}

function readMeta(path: string): Meta | undefined {
  const file = join(path, metaName)
  if (!existsSync(file)) return undefined
  try {
    const meta = JSON.parse(readFileSync(file, 'utf8')) as Partial<Meta>
    if (typeof meta.format === 'number') return meta as Meta
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  throw new StreamError('STATE_VERSION', `${file} does not say which version of Millrace wrote this folder.`, {
    hint: `Delete the folder ${path}: its stores are restored from their changelogs.`,
  })
}

function writeMeta(path: string, meta: Meta): void {
  const draft = join(path, `${metaName}.draft`)
  writeFileSync(draft, `${JSON.stringify(meta, undefined, 2)}\n`)
  renameSync(draft, join(path, metaName))
}

function checkMeta(path: string, meta: Meta, application: string, stores: readonly StoreSpec[]): void {
  if (meta.format !== format) {
    throw new StreamError(
      'STATE_VERSION',
      `The state directory ${path} has format ${meta.format}; this version of Millrace reads ${format}.`,
      {
        hint: 'Run the version that wrote it, or delete the folder: its stores are restored from their changelogs.',
      },
    )
  }
  if (meta.application !== application) {
    throw new StreamError(
      'STATE_FOREIGN',
      `The state directory ${path} belongs to the application ${meta.application}, not to ${application}.`,
      {
        hint: 'Give this application a stateDir of its own.',
      },
    )
  }
  for (const [store, layout] of Object.entries(layoutOf(stores))) {
    const found = meta.stores[store]
    if (found === undefined || found === layout) continue
    throw new StreamError('STATE_LAYOUT', `The store ${store} in ${path} is of kind ${found}; the topology now says ${layout}.`, {
      store,
      hint: 'Give the changed store a new name, or delete the folder and the changelog of the store.',
    })
  }
  for (const [store, keys] of Object.entries(keysOf(stores))) {
    const found = meta.keys?.[store]
    if (found === undefined || found === keys) continue
    throw new StreamError('STATE_LAYOUT', `The store ${store} in ${path} has keys of ${found}; the topology now says ${keys}.`, {
      store,
      hint: 'None of its rows would be found. Give the store a new name, or delete the folder and the changelog of the store.',
    })
  }
}

function keysOf(stores: readonly StoreSpec[]): Record<string, string> {
  return Object.fromEntries(stores.filter(isKept).map(({ name, key }) => [name, formatOf(key)]))
}

function isKept({ persistence }: StoreSpec): boolean {
  return persistence !== 'memory'
}

function layoutOf(stores: readonly StoreSpec[]): Record<string, string> {
  const kept = stores.filter(isKept)
  return Object.fromEntries(
    kept.map((store) => [store.name, 'retainDuplicates' in store && store.retainDuplicates ? `${store.kind} with duplicates` : store.kind]),
  )
}
