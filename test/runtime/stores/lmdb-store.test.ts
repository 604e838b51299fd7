/** Goal: state on disk is whole or says that it is not. Method: real files, cut, overwritten, filled; processes killed while they commit. */
import { spawn } from 'node:child_process'
import { openSync, readdirSync, statSync, truncateSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import test, { type ExecutionContext } from 'ava'
import type { ErrorCode } from '#runtime/core/error-codes.js'
import { isStreamError } from '#runtime/core/errors.js'
import { longSerde, stringSerde } from '#runtime/serde/primitives.js'
import { lmdbBackend } from '#runtime/stores/lmdb-store.js'
import type { SessionStore, VersionedKeyValueStore, WindowStore } from '#runtime/stores/state-store.js'
import { temporaryDirectories } from '../../helpers/directories.js'
import { Random } from '../../helpers/random.js'
import { TestStores } from '../../helpers/task-stores.js'

const temporary = temporaryDirectories(test)
const committing = join(import.meta.dirname, 'committing.js')

test('after a SIGKILL in the midst of commits, state and positions agree', async (t) => {
  const random = new Random()
  t.log(`seed ${random.seed}`)
  const directory = temporary()
  let reported = 0
  for (let kill = 0; kill < 6; kill++) {
    const child = spawn(process.execPath, [committing, directory], { stdio: ['ignore', 'pipe', 'inherit'] })
    const exited = new Promise((resolve) => child.once('exit', resolve))
    const enough = reported + random.int(3, 60)
    for await (const line of createInterface({ input: child.stdout })) {
      reported = Number(line)
      if (reported === enough) child.kill('SIGKILL')
    }
    await exited
    const backend = lmdbBackend(directory)
    const position = backend.positions().get('input-0') ?? 0
    t.true(position >= reported, `position ${position} after ${reported} was reported`)
    t.is(backend.positions().get('changelog-0'), position)
    for (const name of ['one', 'two']) {
      const values = [...backend.open(name).range()].map(({ value }) => Buffer.from(value).readUInt32BE())
      t.is(values.length, 300)
      t.deepEqual([...new Set(values)], [position])
    }
    backend.close()
    reported = position
  }
})

test('a full disk is STATE_FULL, and leaves nothing of the commit', async (t) => {
  const directory = temporary()
  // A limit to the size of files stands for a disk: 8 MB here.
  const child = spawn('bash', ['-c', 'ulimit -f 8192; exec "$@"', 'bash', process.execPath, committing, directory, 'grow'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let last = ''
  for await (const line of createInterface({ input: child.stdout })) last = line
  const { code, round, rounds, position } = JSON.parse(last)
  t.is(code, 'STATE_FULL')
  t.deepEqual({ rounds, position }, { rounds: round === 1 ? [] : [round - 1], position: round === 1 ? undefined : round - 1 })
  const backend = lmdbBackend(directory)
  t.is(backend.positions().get('input-0'), position)
  backend.close()
})

function filled(directory: string): void {
  const backend = lmdbBackend(directory)
  backend.open('s')
  const mutations = Array.from({ length: 5000 }, (_, at) => [Buffer.from(`key-${at}`), Buffer.alloc(50)] as const)
  backend.commit({ mutations: new Map([['s', mutations]]), positions: new Map([['input-0', 1]]) })
  backend.close()
}

function failsWith(t: ExecutionContext, code: ErrorCode, action: () => unknown): void {
  const error = t.throws(action)
  t.true(isStreamError(error) && error.code === code, `${error}`)
}

test('a file that was cut short is STATE_CORRUPTED', (t) => {
  for (const size of [1, 100, 4096, 8192, 8193, 40_000]) {
    const directory = temporary()
    filled(directory)
    truncateSync(join(directory, 'data.mdb'), size)
    failsWith(t, 'STATE_CORRUPTED', () => lmdbBackend(directory))
  }
})

test('a file of something else is STATE_CORRUPTED', (t) => {
  for (const content of ['not an environment', Buffer.alloc(100_000, 'x')]) {
    const directory = temporary()
    writeFileSync(join(directory, 'data.mdb'), content)
    failsWith(t, 'STATE_CORRUPTED', () => lmdbBackend(directory))
  }
})

test('overwritten beginnings of a file are STATE_CORRUPTED', (t) => {
  const directory = temporary()
  filled(directory)
  writeSync(openSync(join(directory, 'data.mdb'), 'r+'), Buffer.alloc(8192, 0xab), 0, 8192, 0)
  failsWith(t, 'STATE_CORRUPTED', () => lmdbBackend(directory))
})

test('a directory that cannot be used is STATE_DIRECTORY', (t) => {
  const file = join(temporary(), 'file')
  writeFileSync(file, '')
  failsWith(t, 'STATE_DIRECTORY', () => lmdbBackend(file))
})

test('an opened backend has its files in the directory, and more stores than LMDB opens by default', (t) => {
  const directory = temporary()
  const backend = lmdbBackend(directory)
  for (let store = 0; store < 100; store++) backend.open(`store-${store}`)
  backend.commit({ mutations: new Map([['store-99', [[Buffer.from('k'), Buffer.from('v')]]]]), positions: new Map() })
  t.deepEqual(readdirSync(directory).sort(), ['data.mdb', 'lock.mdb'])
  backend.close()
})

const types = { key: stringSerde, value: longSerde }

test('expired windows, sessions and versions give their space back', (t) => {
  const directory = temporary()
  const retentionMs = 10_000
  const run = new TestStores(
    [
      { ...types, name: 'window', kind: 'window', windowSizeMs: 1000, retentionMs },
      { ...types, name: 'duplicates', kind: 'window', windowSizeMs: 1000, retentionMs, retainDuplicates: true },
      { ...types, name: 'session', kind: 'session', retentionMs, timeOrdered: true },
      { ...types, name: 'versioned', kind: 'versioned', historyRetentionMs: retentionMs },
    ],
    () => lmdbBackend(directory),
  )
  const windows = [run.stores.get<WindowStore<string, number>>('window'), run.stores.get<WindowStore<string, number>>('duplicates')]
  const sessions = run.stores.get<SessionStore<string, number>>('session')
  const versions = run.stores.get<VersionedKeyValueStore<string, number>>('versioned')
  const size = () => statSync(join(directory, 'data.mdb')).size
  const sizes: number[] = []
  let now = 0
  for (let retention = 0; retention < 24; retention++) {
    for (let commit = 0; commit < 10; commit++) {
      for (let at = 0; at < 200; at++) {
        now += retentionMs / 2000
        for (const store of windows) store.put(`key-${at}`, at, Math.floor(now / 1000) * 1000)
        sessions.put({ key: `key-${at}`, start: Math.floor(now) - 5, end: Math.floor(now) }, at)
        versions.put(`key-${at}`, at, Math.floor(now))
      }
      run.commit()
    }
    sizes.push(size())
  }
  t.log(`bytes after each retention period: ${sizes.join(' ')}`)
  t.true(sizes.at(-1)! <= sizes[5]! * 1.1, 'the file still grows after many retention periods')
  run.stores.close()
})
