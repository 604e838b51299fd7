import { randomUUID } from 'node:crypto'
import {
  linkSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { StreamError, toStreamError } from './errors.js'

const heartbeatMs = 2_000
const silentMs = 5 * heartbeatMs

/** What the directory is to the reader of an error, and how another is named. */
export interface LockedDirectory {
  readonly noun: string
  readonly otherwise: string
}

/** Who holds a directory, as its lock file says. */
interface Holder {
  /** Tells one locking from all others. */
  readonly id: string
  readonly pid: number
  /** When the process started, in the kernel's own count; '' where it cannot be told. A later process with the same id has another. */
  readonly started: string
  /** Where the process id counts: the machine since its last boot, and within it the container. */
  readonly machine: string
}

/**
 * One directory, one holder: a lock file that says who. A holder that died (SIGKILL, power) is found out by its process id where
 * that can be asked after, and elsewhere (a container or machine that shares the directory) by its file's time standing still.
 */
export class DirectoryLock {
  readonly #file: string
  readonly #path: string
  readonly #id: string
  readonly #heartbeat: NodeJS.Timeout

  private constructor(file: string, path: string, id: string) {
    this.#file = file
    this.#path = path
    this.#id = id
    this.#heartbeat = setInterval(() => this.#touch(), heartbeatMs)
    this.#heartbeat.unref()
  }

  /** Makes and locks `directory`; waits for a silent holder elsewhere to be taken for dead. Throws STATE_LOCKED, STATE_DIRECTORY. */
  static async acquire(directory: string, called: LockedDirectory): Promise<DirectoryLock> {
    try {
      mkdirSync(directory, { recursive: true })
      const path = realpathSync(directory)
      const file = join(path, 'lock')
      const holder: Holder = { id: randomUUID(), pid: process.pid, started: startOf(process.pid), machine }
      if (heldHere.has(path)) throw lockedError(directory, called, holder)
      while (!tryCreate(file, holder)) {
        const found = readHolder(file)
        if (found === undefined) continue
        const alive = isAlive(found, file)
        if (alive === 'yes') throw lockedError(directory, called, found)
        if (alive === 'unknown') await sleep(heartbeatMs / 4)
        else removeStale(file, found)
      }
      heldHere.add(path)
      return new DirectoryLock(file, path, holder.id)
    } catch (error) {
      throw toStreamError(error, 'STATE_DIRECTORY', {
        hint: `The ${called.noun} is ${directory}; it must be writable, and on a file system of this machine.`,
      })
    }
  }

  /** Idempotent. */
  release(): void {
    clearInterval(this.#heartbeat)
    if (!heldHere.delete(this.#path)) return
    if (readHolder(this.#file)?.id === this.#id) rmSync(this.#file, { force: true })
  }

  #touch(): void {
    const now = new Date()
    try {
      utimesSync(this.#file, now, now)
    } catch {
      // The directory was removed under us: the stores will say so.
    }
  }
}

/** Paths locked by this thread, over all copies of this package that are loaded. */
const registry = Symbol.for('millrace.lockedDirectories')
const shared = globalThis as { [registry]?: Set<string> }
shared[registry] ??= new Set()
const heldHere = shared[registry]

const machine = machineId()

function machineId(): string {
  try {
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${readlinkSync('/proc/self/ns/pid')}`
  } catch {
    return hostname()
  }
}

function startOf(pid: number): string {
  // State is the first field, start time the 20th.
  return statOf(pid)[19] ?? ''
}

/** The fields of its /proc/…/stat from the state on; none where there is no such thing. */
function statOf(pid: number): readonly string[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The command's name before them, in parentheses, may hold spaces.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  } catch {
    return []
  }
}

function isAlive(holder: Holder, file: string): 'yes' | 'no' | 'unknown' {
  if (holder.machine !== machine) {
    // Only its heartbeat tells; a first look at a fresh file cannot know whether it still beats.
    const age = ageMs(file)
    return age === undefined || age > silentMs ? 'no' : seenBeating(holder, file) ? 'yes' : 'unknown'
  }
  if (holder.pid <= 0) return 'no'
  try {
    process.kill(holder.pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return 'no'
  }
  // Dead, but its parent has not asked after it (a container whose first process never does).
  if (statOf(holder.pid)[0] === 'Z') return 'no'
  const started = startOf(holder.pid)
  if (started === '' || holder.started === '') return holder.pid === process.pid ? 'no' : 'yes'
  return started === holder.started ? 'yes' : 'no'
}

/** Times of lock files of other machines, as first seen here. */
const firstSeen = new Map<string, number>()

function seenBeating(holder: Holder, file: string): boolean {
  const time = statSync(file, { throwIfNoEntry: false })?.mtimeMs
  if (time === undefined) return false
  const first = firstSeen.get(holder.id)
  if (first === undefined) firstSeen.set(holder.id, time)
  return first !== undefined && first !== time
}

function ageMs(file: string): number | undefined {
  const time = statSync(file, { throwIfNoEntry: false })?.mtimeMs
  return time === undefined ? undefined : Date.now() - time
}

/** Atomic: the file appears whole, or the name is taken. */
function tryCreate(file: string, holder: Holder): boolean {
  const draft = `${file}.${holder.id}`
  writeFileSync(draft, JSON.stringify(holder))
  try {
    linkSync(draft, file)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  } finally {
    rmSync(draft, { force: true })
  }
}

/** Takes a dead holder's file away; if another has just taken over, puts theirs back. */
function removeStale(file: string, stale: Holder): void {
  const aside = `${file}.${randomUUID()}`
  try {
    renameSync(file, aside)
  } catch {
    return
  }
  try {
    if (readHolder(aside)?.id !== stale.id) linkSync(aside, file)
  } finally {
    rmSync(aside, { force: true })
  }
}

/** Undefined if the file is gone; a file that nobody can read (a torn disk) belongs to a dead holder. */
function readHolder(file: string): Holder | undefined {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  try {
    return JSON.parse(text) as Holder
  } catch {
    return { id: '', pid: -1, started: '', machine }
  }
}

function lockedError(directory: string, { noun, otherwise }: LockedDirectory, holder: Holder): StreamError {
  const where = holder.machine === machine ? '' : ' of another machine or container'
  return new StreamError('STATE_LOCKED', `The ${noun} ${directory} is in use by process ${holder.pid}${where}.`, {
    hint: `Stop that one, or ${otherwise}.`,
  })
}
