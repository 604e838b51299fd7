/** Goal: a job that is killed comes back with its state and counts nothing twice; one that is asked to end commits first. Method: real processes. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import test, { type ExecutionContext } from 'ava'
import { temporaryDirectories } from '../../helpers/directories.js'
import { Random } from '../../helpers/random.js'

const newFolder = temporaryDirectories(test)
const random = new Random()

interface Job {
  readonly process: ChildProcess
  /** The next line that starts so, or undefined if the process ends before. */
  line(start: string): Promise<string | undefined>
  ended(): Promise<{ readonly code: number | null; readonly signal: string | null }>
}

function startJob(t: ExecutionContext, folder: string, until?: string): Job {
  const args = [join(import.meta.dirname, 'counting-child.js'), folder, ...(until === undefined ? [] : [until])]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const exit = once(child, 'exit')
  t.teardown(() => child.kill('SIGKILL'))
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    process: child,
    async line(start) {
      for (;;) {
        const { value, done } = await lines.next()
        if (done === true) return undefined
        if (value.startsWith(start)) return value
      }
    },
    async ended() {
      const [code, signal] = await exit
      return { code, signal }
    },
  }
}

test(`a job killed again and again, each time at another point, counts each event exactly once (seed ${random.seed})`, async (t) => {
  const folder = newFolder()
  for (let kills = 0; kills < 4; kills += 1) {
    const job = startJob(t, folder)
    const goal = random.int(1, 4)
    for (let lines = 0; lines < goal; lines += 1) if ((await job.line('counted')) === 'counted 20000') break
    job.process.kill('SIGKILL')
    t.is((await job.ended()).signal, 'SIGKILL')
  }
  const last = startJob(t, folder, 'done')
  const done = await last.line('done')
  const counts: Record<string, number> = JSON.parse(done!.slice('done '.length))
  t.is(Object.keys(counts).length, 700)
  for (let user = 0; user < 700; user += 1) t.is(counts[`user${user}`], user < 20_000 % 700 ? 29 : 28, `user${user}`)
  t.is((await last.ended()).code, 0)
})

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`${signal} closes the app with a commit, and the process ends with code 0`, async (t) => {
    const folder = newFolder()
    const job = startJob(t, folder)
    await job.line('done')
    job.process.kill(signal)
    t.is(await job.line('PENDING'), 'PENDING_SHUTDOWN')
    t.is(await job.line('NOT'), 'NOT_RUNNING')
    t.deepEqual(await job.ended(), { code: 0, signal: null })
    const next = startJob(t, folder, 'done')
    t.is(await next.line('counted'), 'counted 20000', 'all was committed')
    t.is((await next.ended()).code, 0)
  })
}
