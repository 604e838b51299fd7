import { posix } from 'node:path'
import type { Diagnostic, Report } from '../diagnostics.js'
import type { InputFile } from '../input/source.js'
import type { Kept } from '../kept.js'
import { type Lock, type LockedSide, typesOf } from '../lock/lock.js'
import { findLock, formatLock, lockFile, readLock } from '../lock/lock-text.js'
import { writerText } from '../lock/locked-schema.js'
import { nextLock } from '../lock/next-lock.js'
import { UsedTypes } from '../lock/used-types.js'
import type { WriterSchema } from '../model/data-type.js'
import type { TopologyModel } from '../model/topology.js'
import { type Change, verdictNames } from './change.js'
import { compareLock } from './compare.js'

export interface LockOptions {
  /** Take changes that need a reset. */
  readonly acceptReset?: boolean
}

/** The lock of a folder as it is to be written, and how what there is now differs from the one that it had. */
export interface KeptLock {
  readonly path: string
  /** Made when it is asked for. */
  readonly text: string
  readonly changes: readonly Change[]
  /** Of each Avro type of the topologies, the schemas that its data may have beside today's. */
  readonly older: ReadonlyMap<string, readonly WriterSchema[]>
}

/** What an earlier run read, and said of it. */
export type KeptLocks = Kept<{ readonly lock: Lock | undefined; readonly diagnostics: readonly Diagnostic[] }>

/** Undefined if there is nothing to keep, or if the lock is damaged. */
export function keepLock(
  topologies: readonly TopologyModel[],
  files: readonly InputFile[],
  folder: string,
  options: LockOptions,
  kept: KeptLocks,
  report: Report,
): KeptLock | undefined {
  const path = posix.join(folder, lockFile)
  const file = findLock(files, folder)
  if (file === undefined && topologies.length === 0) return undefined
  const last = file && lastLock(file, kept, report)
  if (file !== undefined && last === undefined) return undefined
  const types = new UsedTypes()
  const lock = nextLock(topologies, { folder, types, last })
  const changes = last === undefined ? [] : compareLock(last, { lock, topologies, schemas: types.schemas, lockPath: path })
  for (const change of changes) {
    const diagnostic = diagnosticOf(change)
    if (diagnostic !== undefined)
      report(options.acceptReset && diagnostic.severity === 'error' ? accepted(diagnostic, change, changes) : diagnostic)
  }
  return {
    path,
    get text() {
      return formatLock(lock)
    },
    changes,
    older: olderSchemas(lock),
  }
}

function lastLock(file: InputFile, kept: KeptLocks, report: Report): Lock | undefined {
  const { lock, diagnostics } = kept.get(file.path, [file.content, file.unreadable], () => {
    const diagnostics: Diagnostic[] = []
    return { lock: readLock(file, (diagnostic) => void diagnostics.push(diagnostic)), diagnostics }
  })
  diagnostics.forEach(report)
  return lock
}

function diagnosticOf({ code, verdict, place, message, from, to, consequence, notes, wayOut, commands }: Change): Diagnostic | undefined {
  if (verdict === 'safe') return undefined
  const values = from === undefined || to === undefined ? '' : ` (${from} → ${to})`
  const text = [`${message.replace(/\.$/, '')}${values}: ${verdictNames[verdict]} (${code}).`, consequence, ...notes.map(sentence)].join(
    ' ',
  )
  const todo = verdict === 'reset' ? ['gen --accept-reset takes it; gen compat prints the commands of the reset.'] : commands
  const hint = [...(wayOut === undefined ? [] : [wayOut]), ...todo].join('\n  ')
  if (verdict === 'migration') return { code: 'needs-migration', severity: 'warning', place, message: text, hint }
  return { code: code === 'store-key' ? 'state-key' : 'needs-reset', severity: 'error', place, message: text, hint }
}

/** What was asked for is told all the same: there may be more of it than was thought of. The commands are those of the application, and told once. */
function accepted(diagnostic: Diagnostic, change: Change, changes: readonly Change[]): Diagnostic {
  const { application, commands } = change
  const last = changes.findLast((each) => each.verdict === 'reset' && each.application === application)
  const hint = change === last ? { hint: [`To reset \`${application}\`, with all its instances stopped:`, ...commands].join('\n  ') } : {}
  const { hint: _, ...rest } = diagnostic
  return { ...rest, severity: 'warning', message: `${diagnostic.message} Taken by --accept-reset.`, ...hint }
}

function sentence(note: string): string {
  return note.endsWith('.') ? note : `${note}.`
}

/** Only data in the encoding `avro` tells its schema. */
function olderSchemas({ topologies, schemas }: Lock): ReadonlyMap<string, readonly WriterSchema[]> {
  const used = new Set<string>()
  const take = (...sides: readonly (LockedSide | undefined)[]): void => {
    for (const side of sides) {
      if (side !== undefined) for (const { type, encoding } of typesOf(side)) if (encoding === 'avro') used.add(type)
    }
  }
  for (const { topics, stores, internalTopics } of Object.values(topologies)) {
    for (const part of [topics, stores, internalTopics]) for (const { key, value } of Object.values(part)) take(key, value)
  }
  return new Map(
    [...used].map((type) => {
      const older = schemas[type]?.slice(0, -1) ?? []
      return [type, older.map((entry) => ({ fingerprint: entry.fingerprint, schema: writerText(entry) }))]
    }),
  )
}
