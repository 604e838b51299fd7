import { posix } from 'node:path'
import { fingerprint } from '../avro/canonical.js'
import { isObject, type Json, jsonObject } from '../avro/json.js'
import type { DiagnosticCode } from '../diagnostic-codes.js'
import type { Diagnostic, Place, Report } from '../diagnostics.js'
import { parseJson } from '../input/json.js'
import { toJson } from '../input/json-value.js'
import { shorten } from '../input/reader.js'
import { type InputFile, readSource, type Source } from '../input/source.js'
import { jsonText } from './json-text.js'
import type { Lock, LockedSchema } from './lock.js'
import { checkLockShape } from './lock-shape.js'
import { schemaOf } from './locked-schema.js'

export const lockFile = 'topology.lock.json'

/** Of the format; a lock of a later one is refused, since it may say what this version does not know. */
export const lockVersion = 1

const comment = 'Written by @millrace/gen, to tell what a change means for what runs. Commit it; do not edit it.'

export function formatLock({ generator, topologies, schemas }: Lock): string {
  const body = jsonObject([
    ['comment', comment],
    ['lock', lockVersion],
    ['generator', generator],
    ['topologies', topologies as unknown as Json],
    ['schemas', schemas as unknown as Json],
  ])
  return `${jsonText(body)}\n`
}

/** The file of a folder's lock, among the files that were read. */
export function findLock(files: readonly InputFile[], folder: string): InputFile | undefined {
  const path = posix.join(folder, lockFile)
  return files.find((file) => posix.normalize(file.path) === path)
}

/** The lock that a file holds; undefined after a problem, which is reported. What git has merged is one, if it still has a lock's shape and its schemas are theirs. */
export function readLock(file: InputFile, report: Report): Lock | undefined {
  const problem = (code: DiagnosticCode, place: Place, message: string, hint: string): undefined => {
    report({ code, severity: 'error', place, message, hint })
    return undefined
  }
  const diagnostics: Diagnostic[] = []
  const source = readSource(file, diagnostics)
  const conflict = source && /^(?:<{7}|\|{7}|={7}|>{7})(?: |\r?$)/m.exec(source.text)
  if (source && conflict) {
    return problem(
      'lock-conflict',
      source.place(conflict.index),
      'A merge left its marks in the lock.',
      'Take the side whose version runs (git checkout --ours or --theirs), or keep the schemas of both; then run gen.',
    )
  }
  const node = source && parseJson(source, diagnostics)
  const top: Place = { file: file.path, line: 1, column: 1 }
  const [first] = diagnostics
  if (node === undefined || first !== undefined) {
    return problem('lock-syntax', first?.place ?? top, `The lock cannot be read: ${first?.message ?? 'it is no JSON'}.`, bringBack)
  }
  const json = toJson(node)
  if (!isObject(json) || typeof json.lock !== 'number') return problem('lock-syntax', top, 'This is no lock that gen wrote.', bringBack)
  if (json.lock > lockVersion) {
    const message = `The lock has format ${json.lock}, of a later gen (${json.generator}); this one knows ${lockVersion}.`
    return problem('lock-version', keyPlace(source!, 'lock'), message, 'Update @millrace/gen to the version that the team uses.')
  }
  const wrong = checkLockShape(json)
  if (wrong !== undefined) return problem('lock-syntax', top, `This is no lock that gen wrote: ${wrong}.`, bringBack)
  for (const [name, entries] of Object.entries((json as unknown as Lock).schemas)) {
    const broken = entries.find((entry) => fingerprintOf(entry) !== entry.fingerprint)
    if (broken === undefined) continue
    return problem(
      'lock-syntax',
      top,
      `In the lock, the schema ${broken.fingerprint} of ${shorten(name)} is not what it says it is.`,
      bringBack,
    )
  }
  return json as unknown as Lock
}

const bringBack = 'Bring it back from git, and run gen.'

function fingerprintOf(entry: LockedSchema): string | undefined {
  const schema = schemaOf(entry)
  return schema && fingerprint(schema)
}

function keyPlace(source: Source, key: string): Place {
  return source.place(Math.max(0, new RegExp(`^ *"${key}"`, 'm').exec(source.text)?.index ?? 0))
}
