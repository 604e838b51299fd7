/**
 * Throughput of the test driver, in process and without Kafka, beside Kafka Streams' own TopologyTestDriver: the same topologies and the same input, made
 * by the same generator, both commit after each record. `node build/bench/driver.js [RECORDS] [JOB…]`; needs Java and Maven.
 */
import { lmdbBackend } from 'millrace/lmdb'
import type { TopologyTestDriver, TopologyTestDriverOptions } from 'millrace/testing'
import { javaClasspath, runJava } from './java.js'
import { LoginAttemptsDriver } from './jobs/generated/login-attempts/driver.js'
import { StreamJoinDriver } from './jobs/generated/stream-join/driver.js'
import { TableJoinDriver } from './jobs/generated/table-join/driver.js'
import { WindowedCountDriver } from './jobs/generated/windowed-count/driver.js'

interface Result {
  readonly outputs: number
  readonly perSecond: number
}

/** A linear congruential generator that Java has too. */
function generator(): (bound: number) => number {
  let seed = 42
  return (bound) => {
    seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff
    return (seed >>> 8) % bound
  }
}

const jobs: Readonly<Record<string, (records: number, options: TopologyTestDriverOptions) => Result>> = {
  'login-attempts'(records, options) {
    using driver = new LoginAttemptsDriver({}, options)
    const next = generator()
    return measure(driver, 'attempts', records, (i) => {
      const user = `user-${next(10_000)}`
      const ip = `${next(2) === 0 ? '10.' : '203.'}${next(256)}.${next(256)}.${next(256)}`
      const key = `s${next(100_000)}`
      const userAgent = next(4) === 0 ? null : 'Mozilla/5.0'
      driver.inputs.logins.pipe(key, { user, ip, userAgent, success: next(10) > 2, at: 1_700_000_000_000 + i }, { timestamp: i })
    })
  },
  'windowed-count'(records, options) {
    using driver = new WindowedCountDriver({}, options)
    const next = generator()
    return measure(driver, 'out', records, (i) => {
      driver.inputs.in.pipe(`key-${next(1000)}`, `value-${next(1000)}`, { timestamp: i * 10 })
    })
  },
  'stream-join': (records, options) => joined(new StreamJoinDriver({}, options), 1000, records),
  'table-join': (records, options) => joined(new TableJoinDriver({}, options), 10_000, records),
}

function joined(made: StreamJoinDriver | TableJoinDriver, keys: number, records: number): Result {
  using driver = made
  const next = generator()
  return measure(driver, 'out', records, (i) => {
    const input = next(2) === 0 ? driver.inputs.in2 : driver.inputs.in
    input.pipe(`key-${next(keys)}`, `value-${next(1000)}`, { timestamp: i * 10 })
  })
}

function measure(driver: TopologyTestDriver, output: string, records: number, pipe: (i: number) => void): Result {
  const start = process.hrtime.bigint()
  let outputs = 0
  const drain = () => {
    while (driver.output(output).readBytes() !== undefined) outputs += 1
  }
  for (let i = 0; i < records; i++) {
    pipe(i)
    if (i % 1000 === 999) drain()
  }
  drain()
  const seconds = Number(process.hrtime.bigint() - start) / 1e9
  return { outputs, perSecond: Math.round(records / seconds) }
}

const records = Number(process.argv[2] ?? 200_000)
const names = process.argv.length > 3 ? process.argv.slice(3) : Object.keys(jobs)
const classpath = javaClasspath()
console.log(`${records} records, committed one by one; records/s\n`)
console.log(`${'job'.padEnd(16)}${'store'.padEnd(8)}${'millrace'.padStart(12)}${'java'.padStart(12)}${'ratio'.padStart(8)}`)
for (const name of names) {
  for (const [store, javaStore, options] of [
    ['memory', 'memory', {}],
    ['disk', 'rocksdb', { stateBackend: lmdbBackend }],
  ] as const) {
    // A commit to a disk for each record is what makes both slow there: fewer records.
    const count = store === 'memory' ? records : Math.min(records, 5_000)
    const ours = jobs[name]!(count, options)
    const java: Result = JSON.parse(runJava(classpath, 'anchor.Driver', name, javaStore, String(count)))
    if (ours.outputs !== java.outputs) throw new Error(`${name}: ${ours.outputs} outputs, of Java ${java.outputs}`)
    const ratio = (ours.perSecond / java.perSecond).toFixed(2)
    console.log(
      `${name.padEnd(16)}${store.padEnd(8)}${`${ours.perSecond}`.padStart(12)}${`${java.perSecond}`.padStart(12)}${ratio.padStart(8)}`,
    )
  }
}
