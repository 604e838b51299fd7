/**
 * Restart and restore with 1,000,000 keys, beside Kafka Streams on the same broker: filled and killed; after the kill; after a clean close; with the state
 * folder gone. `node build/bench/restart.js [KEYS]`; needs Java and Maven, or KAFKA_BROKERS as well.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as after } from 'node:timers/promises'
import { sharedKafka } from '../test/helpers/kafka/shared.js'
import { javaClasspath } from './java.js'

interface Restarted {
  readonly runningAfter: number
  readonly restored: number
  readonly seconds: number
}

const keys = Number(process.argv[2] ?? 1_000_000)
const brokers = (await sharedKafka()).join(',')
const classpath = javaClasspath()
const topic = `keys-${Date.now()}`
await run('java', ['-cp', classpath, 'anchor.Restart', 'load', topic, String(keys)])

const sides: Readonly<Record<string, (application: string, dir: string, expected: number, end: 'kill' | 'close') => Promise<Restarted>>> = {
  async java(application, dir, expected, end) {
    const args = [
      '-Xmx2g',
      '-cp',
      classpath,
      'anchor.Restart',
      application,
      topic,
      dir,
      'alos',
      String(expected),
      end === 'kill' ? 'halt' : 'close',
    ]
    const [, runningAfter, restored, seconds] = /running after ([\d.]+)s restored=(\d+) in ([\d.]+)s/.exec(await run('java', args)) ?? []
    return { runningAfter: Number(runningAfter), restored: Number(restored), seconds: Number(seconds) }
  },
  async millrace(application, dir, expected, end) {
    const args = [join(import.meta.dirname, 'restart-job.js'), brokers, topic, application, dir, String(expected), end]
    return JSON.parse(await run(process.execPath, args))
  },
}

console.log(`${keys} keys, 2 partitions, at least once\n`)
console.log(['side', 'start', 'RUNNING after s', 'restored', 'in s', 'records/s'].map((head) => head.padStart(18)).join(''))
for (const [side, start] of Object.entries(sides)) {
  const application = `restart-${side}-${Date.now()}`
  const dir = mkdtempSync(join(tmpdir(), 'millrace-restart-'))
  print(side, 'first', await start(application, dir, keys, 'kill'))
  // Until the group has noticed that the killed member is gone.
  await after(7_000)
  print(side, 'after the kill', await start(application, dir, 0, 'close'))
  print(side, 'after a close', await start(application, dir, 0, 'close'))
  rmSync(dir, { recursive: true, force: true })
  print(side, 'state gone', await start(application, dir, 0, 'close'))
  rmSync(dir, { recursive: true, force: true })
}
process.exit(0)

function print(side: string, name: string, { runningAfter, restored, seconds }: Restarted): void {
  const rate = restored > 0 && seconds > 0 ? Math.round(restored / seconds) : '-'
  console.log(
    [side, name, runningAfter.toFixed(2), restored, Math.max(0, seconds).toFixed(2), rate]
      .map((cell) => String(cell).padStart(18))
      .join(''),
  )
}

/** What the command printed; being killed is one of its ways to end. */
async function run(command: string, args: readonly string[]): Promise<string> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, KAFKA_BROKERS: brokers } })
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)])
  const code = await ended
  if (code !== 0 && code !== null && code !== 137) throw new Error(`${command} ended with ${code}:\n${err}${out}`)
  return out
}
