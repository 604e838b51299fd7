/**
 * The login-attempts job on a real broker, beside Kafka Streams doing the same: 1,000,000 events, 2 partitions, every update sent on, LMDB against
 * RocksDB, one after the other in turns on one broker. `node build/bench/kafka.js [EVENTS] [ROUNDS] [atLeastOnce|exactlyOnce]`; needs Java and Maven, or KAFKA_BROKERS as well.
 */
import { join } from 'node:path'
import { sharedKafka } from '../test/helpers/kafka/shared.js'
import { javaClasspath } from './java.js'
import { type Measured, runMeasured } from './process.js'

interface Run extends Measured {
  readonly seconds: number
  readonly counted: number
}

const events = Number(process.argv[2] ?? 1_000_000)
const rounds = Number(process.argv[3] ?? 3)
const guarantee = process.argv[4] ?? 'atLeastOnce'
const brokers = (await sharedKafka()).join(',')
const classpath = javaClasspath()
const java = (...args: readonly string[]) =>
  runMeasured('java', ['-Xmx2g', '-cp', classpath, 'anchor.LoginAttempts', ...args], { KAFKA_BROKERS: brokers })

const input = `logins-${Date.now()}`
const loaded = await java('load', input, String(events), '2', '100000')
const expected = /suspicious (\d+)/.exec(loaded.stdout)?.[1] ?? '0'
console.log(`${events} events, ${expected} of them counted, 2 partitions, ${guarantee}\n`)
console.log(['side', 'records/s', 'seconds', 'CPU s', 'peak MB'].map((head) => head.padStart(12)).join(''))

const ratios: number[] = []
for (let round = 0; round < rounds; round++) {
  const theirs = await javaRun(round)
  print('java', theirs)
  const ours = await ourRun(round)
  print('millrace', ours)
  ratios.push(theirs.seconds / ours.seconds)
  console.log(`${'ratio'.padStart(12)}${ratios.at(-1)!.toFixed(2).padStart(12)}`)
}
const sorted = ratios.sort((a, b) => a - b)
console.log(`\nmedian ratio ${sorted[Math.floor(sorted.length / 2)]!.toFixed(2)} (1 is as fast as Kafka Streams)`)
process.exit(0)

async function javaRun(round: number): Promise<Run> {
  const measured = await java('run', input, `${input}-java-${round}`, guarantee === 'exactlyOnce' ? 'eos' : 'alos', expected, 'rocksdb')
  const [, counted, seconds] = /counted=(\d+) processing=([\d.]+)s/.exec(measured.stdout) ?? []
  return { ...measured, counted: Number(counted), seconds: Number(seconds) }
}

async function ourRun(round: number): Promise<Run> {
  const job = join(import.meta.dirname, 'login-job.js')
  const measured = await runMeasured(process.execPath, [job, brokers, input, `${input}-millrace-${round}`, expected, guarantee])
  const { counted, seconds } = JSON.parse(measured.stdout)
  return { ...measured, counted, seconds }
}

function print(side: string, run: Run): void {
  if (run.counted < Number(expected)) throw new Error(`${side} counted ${run.counted} of ${expected}`)
  const row = [side, Math.round(events / run.seconds), run.seconds.toFixed(2), run.cpuSeconds.toFixed(1), run.peakMegabytes]
  console.log(row.map((cell) => String(cell).padStart(12)).join(''))
}
