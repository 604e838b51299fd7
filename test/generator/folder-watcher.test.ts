/** Goal: changes are told on systems that cannot watch, too. Method: a watcher whose system call fails, as it does where the limit of watches is reached. */
import { watch, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { FolderWatcher } from '#generator/watch/folder-watcher.js'
import { changedPaths, takeSnapshot } from '#generator/watch/snapshot.js'
import { temporaryDirectories } from '../helpers/directories.js'

const directory = temporaryDirectories(test)

test('where a folder cannot be watched, it is called for a look at intervals', async (t) => {
  const folder = directory()
  const refused = (() => {
    throw Object.assign(new Error('no space left for watches'), { code: 'ENOSPC' })
  }) as unknown as typeof watch
  const watcher = new FolderWatcher({ settleMs: 1, pollMs: 5, watch: refused })
  t.teardown(() => watcher.close())
  const look = () => takeSnapshot(folder, (name) => name.endsWith('.avsc'), [])
  const before = look()
  t.false(watcher.watch(before.folders), 'nothing new is watched, so nobody looks again and again')
  const path = join(folder, 'a.avsc')
  writeFileSync(path, '{}')
  while (changedPaths(before, look()).length === 0) await watcher.change()
  t.deepEqual(changedPaths(before, look()), [path])
  await watcher.change()
  t.pass('it goes on')
})

test('a watch that breaks is made again', async (t) => {
  const folder = directory()
  const opened: ReturnType<typeof watch>[] = []
  const counted = ((path: string) => {
    const watcher = watch(path)
    opened.push(watcher)
    return watcher
  }) as unknown as typeof watch
  const watcher = new FolderWatcher({ settleMs: 1, watch: counted })
  t.teardown(() => watcher.close())
  t.true(watcher.watch(new Set([folder])))
  t.false(watcher.watch(new Set([folder])))
  opened[0]!.emit('error', new Error('gone'))
  await watcher.change()
  t.true(watcher.watch(new Set([folder])))
  writeFileSync(join(folder, 'a'), '')
  await watcher.change()
  t.is(opened.length, 2)
})

test('who waits for a change is let go when it is closed', async (t) => {
  const watcher = new FolderWatcher()
  const change = watcher.change()
  watcher.close()
  await change
  t.true(watcher.isClosed)
})
