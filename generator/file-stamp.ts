import { type BigIntStats, lstatSync } from 'node:fs'

/** A text that is another once a file has changed; empty where nothing is, or nothing can be seen. Of a folder it tells just that it is one. */
export function stampOf(path: string): string {
  const found = entryAt(path)
  if (found === undefined) return ''
  return found.isDirectory() ? 'folder' : `${found.mtimeNs} ${found.ctimeNs} ${found.size} ${found.ino}`
}

function entryAt(path: string): BigIntStats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false, bigint: true })
  } catch {
    return undefined
  }
}
