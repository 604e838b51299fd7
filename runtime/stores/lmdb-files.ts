import { accessSync, closeSync, constants, existsSync, openSync, readSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { endianness } from 'node:os'
import { join } from 'node:path'

/**
 * The files of an LMDB environment, looked at from outside: LMDB-js 3.5 ends the process (SIGSEGV) where an environment cannot be opened, and
 * LMDB (SIGBUS) where a page is read that a cut file does not have. So what can be told before is told before.
 */
const dataFile = 'data.mdb'

/** Of `mdb.c`, on a little-endian machine of 64 bits: a page's header, then MDB_meta. Both are on the first two pages, of which the newer counts. */
const metaBytes = 24 + 136
const flagsAt = 18
const magicAt = 24
const versionAt = 28
const pageSizeAt = 48
const lastPageAt = 144
const magic = 0xbeefc0de
const dataVersion = 2
const metaFlag = 0x08

/** What is wrong with the data file, in words; undefined if nothing is, if there is none yet, or if this machine lays it out otherwise. */
export function damageOf(directory: string): string | undefined {
  const path = join(directory, dataFile)
  if (!existsSync(path) || endianness() !== 'LE' || !process.arch.endsWith('64')) return undefined
  const { size } = statSync(path)
  if (size === 0) return undefined
  const file = openSync(path, 'r')
  try {
    const first = readMeta(file, 0)
    if (first === undefined) return `${dataFile} does not begin as an LMDB environment does`
    const second = readMeta(file, first.pageSize)
    if (second === undefined || second.pageSize !== first.pageSize) return `the second page of ${dataFile} is not LMDB's`
    const expected = (Math.max(first.lastPage, second.lastPage) + 1) * first.pageSize
    if (size < expected) return `${dataFile} has ${size} bytes of ${expected}`
    return undefined
  } finally {
    closeSync(file)
  }
}

function readMeta(file: number, position: number): { readonly pageSize: number; readonly lastPage: number } | undefined {
  const page = Buffer.alloc(metaBytes)
  if (readSync(file, page, 0, metaBytes, position) < metaBytes) return undefined
  const isMeta = page.readUInt16LE(flagsAt) === metaFlag && page.readUInt32LE(magicAt) === magic
  if (!isMeta || page.readUInt16LE(versionAt) !== dataVersion) return undefined
  const pageSize = page.readUInt32LE(pageSizeAt)
  const lastPage = Number(page.readBigUInt64LE(lastPageAt))
  const plausible = pageSize >= 512 && pageSize <= 65_536 && (pageSize & (pageSize - 1)) === 0 && lastPage < 2 ** 40
  return plausible ? { pageSize, lastPage } : undefined
}

/** Throws the system's error if the directory or its files cannot be written, or the disk has no room for a new environment. */
export function requireWritable(directory: string): void {
  for (const name of ['', dataFile, 'lock.mdb']) {
    const path = join(directory, name)
    if (name === '' || existsSync(path)) accessSync(path, constants.R_OK | constants.W_OK)
  }
  const probe = join(directory, 'probe')
  try {
    writeFileSync(probe, Buffer.alloc(64 * 1024))
  } finally {
    rmSync(probe, { force: true })
  }
}

/**
 * Makes the file as long as LMDB counts its pages: it may be shorter after a commit, where the last ones were freed before they were ever
 * written, and would then look as if it had been cut. If that fails, the state is restored at the next start without need; the commit stands.
 */
export function extendTo(directory: string, bytes: number): void {
  const path = join(directory, dataFile)
  try {
    if (statSync(path).size < bytes) truncateSync(path, bytes)
  } catch {}
}
