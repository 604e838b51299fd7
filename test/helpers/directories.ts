import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestFn } from 'ava'

/** Called at the top of a test file: gives new directories, and removes them when all tests of the file are done. */
export function temporaryDirectories(test: TestFn): () => string {
  const made: string[] = []
  test.after.always(() => {
    for (const directory of made) rmSync(directory, { recursive: true, force: true })
  })
  return () => {
    const directory = mkdtempSync(join(tmpdir(), 'millrace-'))
    made.push(directory)
    return directory
  }
}
