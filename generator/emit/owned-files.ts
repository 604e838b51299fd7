import { createHash } from 'node:crypto'

/** In a generated folder: the files that `gen` wrote, with hashes that tell whether somebody else did since. */
export const ownershipFile = '.millrace-gen.json'

/** What `gen` knows of a file that it wrote. */
interface OwnedFile {
  /** Of the texts that it may have written: more than one after a merge, or a run that was killed. */
  readonly hashes: readonly string[]
  /** The sides of a merge had one each: what git made of both has none. */
  readonly merged: boolean
}

export type OwnedFiles = ReadonlyMap<string, OwnedFile>

/** The text of the list. */
export function ownershipText(hashes: ReadonlyMap<string, string>): string {
  const comment = 'Written by @millrace/gen: the files of this folder that it owns.'
  return `${JSON.stringify({ comment, files: Object.fromEntries(hashes) }, null, 2)}\n`
}

/** The files of a list; of one with the marks of a merge, those of both sides. Undefined: it is none that `gen` writes. */
export function parseOwned(text: string): OwnedFiles | undefined {
  const files = hasMergeMarks(text) ? mergedFiles(text) : plainFiles(text)
  return files !== undefined && [...files.keys()].every(isInside) ? files : undefined
}

/** The files of two lists, with what either tells of them. */
export function bothOwned(one: OwnedFiles, other: OwnedFiles): OwnedFiles {
  const files = new Map(one)
  for (const [path, { hashes, merged }] of other) {
    const known = files.get(path)
    files.set(path, { hashes: [...(known?.hashes ?? []), ...hashes], merged: merged || known?.merged === true })
  }
  return files
}

/** Is a file as `gen` wrote it, or as git made it of two that `gen` wrote? */
export function isOwn(file: OwnedFile | undefined, text: string): boolean {
  return file !== undefined && (file.merged || file.hashes.includes(hashOf(text)) || hasMergeMarks(text))
}

/** Whatever its line ends: a checkout may have made those of Windows of them. */
export function hashOf(text: string): string {
  return createHash('sha256').update(text.replaceAll('\r\n', '\n')).digest('hex').slice(0, 32)
}

function plainFiles(text: string): OwnedFiles | undefined {
  try {
    const { files } = JSON.parse(text) as { readonly files: Record<string, string> }
    const entries = Object.entries(files)
    const known = entries.every(([, hash]) => typeof hash === 'string')
    return known ? new Map(entries.map(([path, hash]) => [path, { hashes: [hash], merged: false }])) : undefined
  } catch {
    return undefined
  }
}

/** Line by line, since with the marks it is no JSON. */
function mergedFiles(text: string): OwnedFiles {
  const files = new Map<string, OwnedFile>()
  for (const [, path, hash] of text.matchAll(/^ *"([^"\\]+)": "([0-9a-f]{32})",?\r?$/gm)) {
    const hashes = [...new Set([...(files.get(path!)?.hashes ?? []), hash!])]
    files.set(path!, { hashes, merged: hashes.length > 1 })
  }
  return files
}

function hasMergeMarks(text: string): boolean {
  return /^<{7} /m.test(text) && /^>{7} /m.test(text)
}

/** A list from a stranger must not make `gen` remove what lies outside of the folder. */
function isInside(path: string): boolean {
  return !/^[/\\]|^[A-Za-z]:|\\|\0/.test(path) && !path.split('/').includes('..')
}
