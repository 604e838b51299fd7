/** Goal: under `gen --watch` a file is read once for each state that it is in, and none of them is missed. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { entryAt } from '#generator/file-stamp.js'
import { KeptFiles } from '#generator/kept-files.js'
import { temporaryDirectories } from '../helpers/directories.js'

const directory = temporaryDirectories(test)
const later = () => Date.now() + 60_000

function keptFiles(now?: () => number) {
  const read: string[] = []
  const files = new KeptFiles((path) => {
    const text = readFileSync(path, 'utf8')
    read.push(text)
    return text
  }, now)
  return { read, get: (path: string) => files.get(path, entryAt(path)!) }
}

test('a file is read again when it is another, be it as long as before', (t) => {
  const path = join(directory(), 'a.avsc')
  const files = keptFiles(later)
  writeFileSync(path, 'one')
  t.deepEqual([files.get(path), files.get(path)], ['one', 'one'])
  writeFileSync(`${path}.new`, 'two')
  renameSync(`${path}.new`, path)
  t.deepEqual([files.get(path), files.get(path)], ['two', 'two'])
  t.deepEqual(files.read, ['one', 'two'])
})

test('a file that changed just now is read each time: it may change once more before the clock of the disk ticks', (t) => {
  const path = join(directory(), 'a.avsc')
  writeFileSync(path, 'one')
  const changed = Number(entryAt(path)!.ctimeMs)
  const files = keptFiles(() => changed + 50)
  files.get(path)
  files.get(path)
  t.deepEqual(files.read, ['one', 'one'])
})
