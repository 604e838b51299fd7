/** Goal: no two instances share a state directory, a killed one does not block the next, and what is not ours is not touched. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { StateDirectory } from '#runtime/app/state-directory.js'
import { longSerde, stringSerde } from '#runtime/serde/primitives.js'
import type { StoreSpec } from '#runtime/stores/store-spec.js'
import { temporaryDirectories } from '../../helpers/directories.js'

const directories = temporaryDirectories(test)
const folder = () => join(directories(), 'state')
const counts: StoreSpec = { name: 'counts', kind: 'timestampedKeyValue', key: stringSerde, value: longSerde }

/** A process that opens the directory and then waits to be killed; resolves when it says what came of it. */
async function otherProcess(path: string) {
  const module = new URL('../../../../runtime/dist/app/state-directory.js', import.meta.url).href
  const script = `
    import { StateDirectory } from ${JSON.stringify(module)}
    try { await StateDirectory.open(${JSON.stringify(path)}, 'app', []); console.log('open') } catch (error) { console.log(error.code) }
    setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [said] = await once(child.stdout, 'data')
  return {
    said: String(said).trim(),
    async kill() {
      child.kill('SIGKILL')
      await once(child, 'exit')
    },
  }
}

test('a second instance in the process is refused until the first has closed', async (t) => {
  const path = folder()
  const first = await StateDirectory.open(path, 'app', [])
  const error = await t.throwsAsync(StateDirectory.open(path, 'app', []), { code: 'STATE_LOCKED' })
  t.regex(error.message, new RegExp(`process ${process.pid}`))
  first.close()
  first.close()
  const second = await StateDirectory.open(path, 'app', [])
  t.is(second.processId, first.processId)
  second.close()
})

test('a second process is refused, and takes over when the first was killed', async (t) => {
  const path = folder()
  const other = await otherProcess(path)
  t.is(other.said, 'open')
  await t.throwsAsync(StateDirectory.open(path, 'app', []), { code: 'STATE_LOCKED' })
  await other.kill()
  t.true(existsSync(join(path, 'lock')))
  const mine = await StateDirectory.open(path, 'app', [])
  const late = await otherProcess(path)
  t.is(late.said, 'STATE_LOCKED')
  await late.kill()
  mine.close()
  t.deepEqual(readdirSync(path), ['millrace.json'])
})

test('the lock of another machine is honoured while it beats, and taken over when it is silent', async (t) => {
  const path = folder()
  mkdirSync(path)
  const file = join(path, 'lock')
  writeFileSync(file, JSON.stringify({ id: 'theirs', pid: process.pid, started: '1', machine: 'elsewhere' }))
  const beat = setInterval(() => utimesSync(file, new Date(), new Date()), 50)
  await t.throwsAsync(StateDirectory.open(path, 'app', []), { code: 'STATE_LOCKED', message: /another machine or container/ })
  clearInterval(beat)
  utimesSync(file, new Date(0), new Date(0))
  const directory = await StateDirectory.open(path, 'app', [])
  directory.close()
})

test('a process id that was given to a later process does not hold the lock', async (t) => {
  const path = folder()
  const first = await StateDirectory.open(path, 'app', [])
  const holder = JSON.parse(readFileSync(join(path, 'lock'), 'utf8'))
  first.close()
  writeFileSync(join(path, 'lock'), JSON.stringify({ ...holder, id: 'dead', started: '1' }))
  const next = await StateDirectory.open(path, 'app', [])
  next.close()
  t.pass()
})

test('folders of others are refused and left as they are', async (t) => {
  const path = folder()
  mkdirSync(path)
  writeFileSync(join(path, 'thesis.txt'), 'mine')
  await t.throwsAsync(StateDirectory.open(path, 'app', []), { code: 'STATE_FOREIGN', message: /thesis\.txt/ })
  t.deepEqual(readdirSync(path), ['thesis.txt'])
  await t.throwsAsync(StateDirectory.open(join(path, 'thesis.txt'), 'app', []), { code: 'STATE_FOREIGN' })

  rmSync(join(path, 'thesis.txt'))
  const mine = await StateDirectory.open(path, 'app', [])
  mine.close()
  await t.throwsAsync(StateDirectory.open(path, 'other', []), { code: 'STATE_FOREIGN', message: /belongs to the application app/ })
})

test('a folder of an unknown version, or without one, is refused', async (t) => {
  const path = folder()
  const directory = await StateDirectory.open(path, 'app', [])
  directory.close()
  const file = join(path, 'millrace.json')
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), format: 2 }))
  await t.throwsAsync(StateDirectory.open(path, 'app', []), { code: 'STATE_VERSION', message: /format 2/ })
  writeFileSync(file, '{')
  await t.throwsAsync(StateDirectory.open(path, 'app', []), { code: 'STATE_VERSION' })
})

test('a store of another kind than the folder holds is refused', async (t) => {
  const path = folder()
  const directory = await StateDirectory.open(path, 'app', [counts])
  directory.close()
  const without = await StateDirectory.open(path, 'app', [])
  without.close()
  const changed: StoreSpec = { ...counts, kind: 'session', retentionMs: 1000 }
  const error = await t.throwsAsync(StateDirectory.open(path, 'app', [changed]), { code: 'STATE_LAYOUT' })
  t.regex(error.message, /counts .* timestampedKeyValue; the topology now says session/)
})

test('a directory that cannot be made is told with its path', async (t) => {
  const error = await t.throwsAsync(StateDirectory.open('/dev/null/state', 'app', []), { code: 'STATE_DIRECTORY' })
  t.regex(error.message, /\/dev\/null\/state/)
})

test('folders of tasks are cleaned up by age, those in use never', async (t) => {
  const directory = await StateDirectory.open(folder(), 'app', [])
  const old = new Date(Date.now() - 60_000)
  for (const task of ['0_0', '0_1', '1_0']) writeFileSync(join(directory.acquireTask(task), 'data'), '')
  directory.releaseTask('0_0')
  directory.releaseTask('0_1')
  for (const task of ['0_0', '1_0']) utimesSync(join(directory.path, task), old, old)
  t.throws(() => directory.acquireTask('1_0'), { code: 'INVALID_STATE' })
  t.deepEqual(directory.cleanUp(30_000), ['0_0'])
  t.deepEqual(directory.tasks(), ['0_1', '1_0'])
  directory.close()
})
