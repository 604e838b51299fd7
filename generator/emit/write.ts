import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { readdir, rm, rmdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { compareText } from '../diagnostics.js'
import { entryAt } from '../file-stamp.js'
import type { Kept } from '../kept.js'
import type { KeptFiles } from '../kept-files.js'
import { bothOwned, hashOf, isOwn, type OwnedFiles, ownershipFile, ownershipText, parseOwned } from './owned-files.js'

const notAFile = 'it is a link or a folder'

/** What has to be done to a folder so that it holds exactly the given files. */
export interface WritePlan {
  readonly folder: string
  /** Path to text; `before` is what is there now. */
  readonly write: readonly { readonly path: string; readonly text: string; readonly before: string | undefined }[]
  /** Written by an earlier run, and not wanted any more. */
  readonly remove: readonly { readonly path: string; readonly before: string }[]
  /** What `gen` did not write, or somebody has edited: it is left alone, and nothing is written. */
  readonly refused: readonly { readonly path: string; readonly reason: string }[]
  /** What a run that was killed left beside its files. */
  readonly leftover: readonly string[]
}

/** Of a folder that is `gen`'s own, with the text of its list. */
interface FolderPlan extends WritePlan {
  readonly list: string
}

/** What an earlier run found of the generated folders. */
export interface KeptOutputs {
  readonly texts: KeptFiles<string>
  readonly hashes: Kept<string>
}

/** Compares a folder with what it should hold; changes nothing. */
export async function planWrite(folder: string, files: ReadonlyMap<string, string>, { texts, hashes }: KeptOutputs): Promise<FolderPlan> {
  const list = listText(folder, files, hashes)
  const owned = await readOwned(folder)
  const seen = new Set<string>()
  const plan = {
    folder,
    list,
    write: [] as WritePlan['write'][number][],
    remove: [] as WritePlan['remove'][number][],
    refused: [] as WritePlan['refused'][number][],
    leftover: findLeftover(folder, [...files.keys(), ...(owned === 'unreadable' ? [] : (owned?.keys() ?? [])), ownershipFile]),
  }
  if (owned === 'unreadable') {
    return { ...plan, refused: [{ path: ownershipFile, reason: 'it is not the list that gen writes' }] }
  }
  if (owned === undefined && (await hasFiles(folder))) {
    const missing = await Promise.all([...files].map(async ([path, text]) => normal(await readText(folder, path)) !== text))
    if (missing.includes(true)) return { ...plan, refused: [{ path: '', reason: 'it holds files, and gen did not write it' }] }
  }
  for (const [path, text] of files) {
    const before = await readText(folder, path, seen, texts)
    if (before === 'notAFile') plan.refused.push({ path, reason: notAFile })
    else if (before === text || normal(before) === text) continue
    else if (before !== undefined && owned?.has(path) !== true) plan.refused.push({ path, reason: 'gen did not write it' })
    else if (before !== undefined && !isOwn(owned?.get(path), before)) plan.refused.push({ path, reason: 'it was edited by hand' })
    else plan.write.push({ path, text, before })
  }
  for (const [path, file] of owned ?? []) {
    if (files.has(path)) continue
    const before = await readText(folder, path, seen)
    if (before === undefined) continue
    if (before === 'notAFile' || !isOwn(file, before)) plan.refused.push({ path, reason: 'it was edited by hand, and would be removed' })
    else plan.remove.push({ path, before })
  }
  const listBefore = await readText(folder, ownershipFile)
  if (normal(listBefore) !== list) plan.write.push({ path: ownershipFile, text: list, before: listBefore })
  return plan
}

/**
 * Carries a plan out: all new texts are on disk under other names before the first file is replaced, so that a full disk or a kill
 * leaves no half of a file. The list is there first and takes its place last, so that the next run knows what a killed one has written.
 */
export async function carryOut({ folder, write, remove, leftover }: WritePlan): Promise<void> {
  const [lists, files] = [write.filter(({ path }) => path === ownershipFile), write.filter(({ path }) => path !== ownershipFile)]
  const temporary = ({ path }: { readonly path: string }) => join(folder, temporaryOf(path))
  let begun = false
  try {
    for (const file of [...lists, ...files]) {
      const path = join(folder, file.path)
      const mode = statSync(path, { throwIfNoEntry: false })?.mode
      mkdirSync(dirname(path), { recursive: true })
      // Nothing that is there is written to: it might be a link to elsewhere.
      rmSync(temporary(file), { force: true })
      writeFileSync(temporary(file), file.text, { flag: 'wx', ...(mode !== undefined && { mode }) })
    }
    for (const file of files) {
      moveTo(join(folder, file.path), file.text)
      begun = true
    }
    for (const { path } of remove) {
      await rm(join(folder, path), { force: true })
      await removeEmpty(folder, dirname(path))
    }
    for (const list of lists) moveTo(join(folder, list.path), list.text)
  } finally {
    for (const file of begun ? files : write) rmSync(temporary(file), { force: true })
  }
  for (const path of leftover) {
    rmSync(join(folder, path), { force: true })
    await removeEmpty(folder, dirname(path))
  }
}

/** Another run, as of `gen --watch`, may have come first with the same text. */
function moveTo(path: string, text: string): void {
  try {
    renameSync(temporaryOf(path), path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || entryAt(path)?.isFile() !== true || readFileSync(path, 'utf8') !== text)
      throw error
  }
}

function temporaryOf(path: string): string {
  return `${path}.millrace-new`
}

/** Each file's is written after the list's, so without that there are none. */
function findLeftover(folder: string, paths: readonly string[]): readonly string[] {
  const isThere = (path: string) => entryAt(join(folder, path))?.isFile() === true
  return isThere(temporaryOf(ownershipFile)) ? paths.map(temporaryOf).filter(isThere) : []
}

/** The plan for one file in a folder that is the user's: what is there is replaced, if it is a file. */
export async function planFile(folder: string, path: string, text: string): Promise<WritePlan> {
  const before = await readText(folder, path)
  const isFile = before !== 'notAFile'
  return {
    folder,
    write: isFile && normal(before) !== text ? [{ path, text, before }] : [],
    remove: [],
    refused: isFile ? [] : [{ path, reason: notAFile }],
    leftover: entryAt(join(folder, temporaryOf(path)))?.isFile() === true ? [temporaryOf(path)] : [],
  }
}

/** The plan if nothing were refused: what is in the way is overwritten. */
export async function planForced(folder: string, files: ReadonlyMap<string, string>, kept: KeptOutputs): Promise<WritePlan> {
  const plan = await planWrite(folder, files, kept)
  if (plan.refused.length === 0) return plan
  const texts = [...files, [ownershipFile, plan.list] as const]
  const found = await Promise.all(texts.map(async ([path, text]) => ({ path, text, before: await readText(folder, path) })))
  const write = found.map(({ path, text, before }) => ({ path, text, before: textOrNothing(before) }))
  const owned = await readOwned(folder)
  const stale = owned === undefined || owned === 'unreadable' ? [] : [...owned.keys()].filter((path) => !files.has(path))
  const remove = await Promise.all(stale.map(async (path) => ({ path, before: textOrNothing(await readText(folder, path)) })))
  return {
    ...plan,
    refused: found.flatMap(({ path, before }) => (before === 'notAFile' ? [{ path, reason: notAFile }] : [])),
    write: write.filter(({ before, text }) => normal(before) !== text),
    remove: remove.flatMap(({ path, before }) => (before === undefined ? [] : [{ path, before }])),
  }
}

function listText(folder: string, files: ReadonlyMap<string, string>, kept: Kept<string>): string {
  const hashed = (path: string, text: string) => kept.get(join(folder, path), [text], () => hashOf(text))
  return ownershipText(new Map([...files].map(([path, text]) => [path, hashed(path, text)] as const).sort(([a], [b]) => compareText(a, b))))
}

/** What the list of a folder names, and that of a run that was killed. */
async function readOwned(folder: string): Promise<OwnedFiles | 'unreadable' | undefined> {
  const [list, killed] = await Promise.all([readText(folder, ownershipFile), readText(folder, temporaryOf(ownershipFile))])
  const written = killed === undefined ? undefined : parseOwned(killed)
  if (list === undefined) return written
  const owned = parseOwned(list)
  if (owned === undefined) return 'unreadable'
  return written === undefined ? owned : bothOwned(owned, written)
}

/**
 * Synchronous, as writing is: of thousands of small files the waiting would be the most. `seen`: folders that were found to be ones; `kept`: what
 * earlier runs read.
 */
async function readText(
  folder: string,
  path: string,
  seen = new Set<string>(),
  kept?: KeptFiles<string>,
): Promise<string | 'notAFile' | undefined> {
  const last = join(folder, path)
  const parts = path.split('/')
  for (let count = 1; count <= parts.length; count += 1) {
    const at = count === parts.length ? last : join(folder, ...parts.slice(0, count))
    if (seen.has(at)) continue
    const found = entryAt(at)
    if (found === undefined) return undefined
    if (at === last ? !found.isFile() : !found.isDirectory()) return 'notAFile'
    if (at !== last) seen.add(at)
    else if (kept !== undefined) return kept.get(last, found)
  }
  return readFileSync(last, 'utf8')
}

function textOrNothing(text: string | undefined): string | undefined {
  return text === 'notAFile' ? undefined : text
}

async function hasFiles(folder: string): Promise<boolean> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  return entries.some((entry) => !entry.isDirectory() && entry.name !== temporaryOf(ownershipFile))
}

/** A checkout may have made the line ends of Windows of ours: that is no edit. */
function normal(text: string | undefined): string | undefined {
  return text?.replaceAll('\r\n', '\n')
}

async function removeEmpty(folder: string, path: string): Promise<void> {
  if (path === '.' || path === '') return
  try {
    await rmdir(join(folder, path))
  } catch {
    return
  }
  await removeEmpty(folder, dirname(path))
}
