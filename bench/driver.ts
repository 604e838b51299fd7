/**
 * Throughput of the test driver, in process and without Kafka, beside Kafka Streams' own TopologyTestDriver: the same topologies and the same input, made
 * by the same generator; both commit after each record, and their outputs are compared byte by byte. The sides run in turns, each time in a new process that
 * warms up first, on a run of half the size that does not count. `node build/bench/driver.js [RECORDS] [ROUNDS] [JOB | memory | disk…]`; needs Java and Maven.
 */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import type { DriverRun } from './driver-job.js'
import { javaClasspath, runJava } from './java.js'

interface Round {
  readonly ours: DriverRun
  readonly java: DriverRun
}

const numbers = process.argv.slice(2).filter((word) => /^\d+$/.test(word))
const words = process.argv.slice(2).filter((word) => !/^\d+$/.test(word))
const [records = 100_000, rounds = 5] = numbers.map(Number)
const jobs = chosen(['login-attempts', 'windowed-count', 'stream-join', 'table-join'])
const stores = chosen(['memory', 'disk'])
const classpath = javaClasspath()

console.log(
  `${records} records committed one by one, ${rounds} rounds; medians, and of the ratios to Java (1: as fast) the lowest and highest\n`,
)
console.log(row('job', 'store', 'millrace/s', 'java/s', 'ratio', 'spread', 'CPU ratio', 'spread'))
for (const store of stores) for (const job of jobs) print(job, store)

function print(job: string, store: string): void {
  // A commit to a disk for each record is what makes both slow there: fewer records.
  const count = store === 'memory' ? records : Math.min(records, 500)
  const all = Array.from({ length: rounds }, (_, round) => runRound(job, store, count, round % 2 === 0))
  const perSecond = (side: 'ours' | 'java') => Math.round(count / median(all.map((round) => round[side].seconds)))
  const ratios = all.map(({ ours, java }) => java.seconds / ours.seconds)
  const cpuRatios = all.map(({ ours, java }) => java.cpuSeconds / ours.cpuSeconds)
  console.log(row(job, store, perSecond('ours'), perSecond('java'), ...withSpread(ratios), ...withSpread(cpuRatios)))
}

function runRound(job: string, store: string, count: number, oursFirst: boolean): Round {
  const args = [job, store, String(count), String(count / 2)]
  const before = oursFirst ? runOurs(args) : undefined
  const java: DriverRun = JSON.parse(runJava(classpath, 'anchor.Driver', ...args))
  const ours = before ?? runOurs(args)
  if (ours.outputs === java.outputs && ours.digest === java.digest) return { ours, java }
  throw new Error(`${job}: ${ours.outputs} outputs (digest ${ours.digest}), of Java ${java.outputs} (${java.digest})`)
}

function runOurs(args: readonly string[]): DriverRun {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(import.meta.dirname, 'driver-job.js'), ...args], {
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`driver-job ended with ${status}:\n${stderr}`)
  return JSON.parse(stdout)
}

/** Those that the command names, or all. */
function chosen(names: readonly string[]): readonly string[] {
  const named = names.filter((name) => words.includes(name))
  return named.length > 0 ? named : names
}

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)]!
}

function withSpread(ratios: readonly number[]): readonly [string, string] {
  return [median(ratios).toFixed(2), `${Math.min(...ratios).toFixed(2)}-${Math.max(...ratios).toFixed(2)}`]
}

function row(job: string, store: string, ...cells: readonly (string | number)[]): string {
  return job.padEnd(16) + store.padEnd(8) + cells.map((cell) => String(cell).padStart(12)).join('')
}
