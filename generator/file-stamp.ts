import { type BigIntStats, lstatSync } from 'node:fs'

/** A text that is another once a file has changed; empty where nothing is, or nothing can be seen. Of a folder it tells just that it is one. */
export function stampOf(path: string): string {
  const found = entryAt(path)
  if (found === undefined) return ''
  return found.isDirectory() ? 'folder' : fileStamp(found)
}

/** Of a file that was looked up already. */
export function fileStamp({ mtimeNs, ctimeNs, size, ino }: BigIntStats): string {
  return `${mtimeNs} ${ctimeNs} ${size} ${ino}`
}

/** What is at a path, a link as such; undefined where nothing is, or nothing can be seen. */
export function entryAt(path: string): BigIntStats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false, bigint: true })
  } catch {
    return undefined
  }
}
