/** Our side of bench/driver.ts, a process of its own as Java's is: `JOB memory|disk RECORDS WARMUP`; prints a `DriverRun`. */
import { lmdbBackend } from 'millrace/lmdb'
import type { TopologyTestDriver, TopologyTestDriverOptions } from 'millrace/testing'
import { LoginAttemptsDriver } from './jobs/generated/login-attempts/driver.js'
import { StreamJoinDriver } from './jobs/generated/stream-join/driver.js'
import { TableJoinDriver } from './jobs/generated/table-join/driver.js'
import { WindowedCountDriver } from './jobs/generated/windowed-count/driver.js'

/** What a side has measured of one run. */
export interface DriverRun {
  readonly outputs: number
  /** Of keys and values of all outputs, in order. */
  readonly digest: number
  readonly seconds: number
  /** User and system, of all threads. */
  readonly cpuSeconds: number
}

interface Job {
  readonly driver: TopologyTestDriver
  readonly output: string
  pipe(i: number): void
}

const [name = '', store, records, warmup] = process.argv.slice(2)
run(Number(warmup))
console.log(JSON.stringify(run(Number(records))))

function run(count: number): DriverRun {
  const { driver, output, pipe } = start(name, store === 'disk' ? { stateBackend: lmdbBackend } : {})
  using _ = driver
  const out = driver.output(output)
  let outputs = 0
  let digest = 0
  const drain = () => {
    for (let record = out.readBytes(); record !== undefined; record = out.readBytes()) {
      outputs += 1
      digest = digestOf(digestOf(digest, record.key), record.value)
    }
  }
  const begin = process.hrtime.bigint()
  const beginCpu = process.cpuUsage()
  for (let i = 0; i < count; i++) {
    pipe(i)
    if (i % 1000 === 999) drain()
  }
  drain()
  const { user, system } = process.cpuUsage(beginCpu)
  return { outputs, digest, seconds: Number(process.hrtime.bigint() - begin) / 1e9, cpuSeconds: (user + system) / 1e6 }
}

function start(job: string, options: TopologyTestDriverOptions): Job {
  const next = generator()
  switch (job) {
    case 'login-attempts': {
      const driver = new LoginAttemptsDriver({}, options)
      const pipe = (i: number) => {
        const user = `user-${next(10_000)}`
        const ip = `${next(2) === 0 ? '10.' : '203.'}${next(256)}.${next(256)}.${next(256)}`
        const key = `s${next(100_000)}`
        const userAgent = next(4) === 0 ? null : 'Mozilla/5.0'
        driver.inputs.logins.pipe(key, { user, ip, userAgent, success: next(10) > 2, at: 1_700_000_000_000 + i }, { timestamp: i })
      }
      return { driver, output: 'attempts', pipe }
    }
    case 'windowed-count': {
      const driver = new WindowedCountDriver({}, options)
      const pipe = (i: number) => driver.inputs.in.pipe(`key-${next(1000)}`, `value-${next(1000)}`, { timestamp: i * 10 })
      return { driver, output: 'out', pipe }
    }
    case 'stream-join':
      return join(new StreamJoinDriver({}, options), 1000, next)
    case 'table-join':
      return join(new TableJoinDriver({}, options), 10_000, next)
    default:
      throw new Error(`no such job: ${job}`)
  }
}

function join(driver: StreamJoinDriver | TableJoinDriver, keys: number, next: (bound: number) => number): Job {
  const pipe = (i: number) => {
    const input = next(2) === 0 ? driver.inputs.in2 : driver.inputs.in
    input.pipe(`key-${next(keys)}`, `value-${next(1000)}`, { timestamp: i * 10 })
  }
  return { driver, output: 'out', pipe }
}

/** A linear congruential generator that Java has too. */
function generator(): (bound: number) => number {
  let seed = 42
  return (bound) => {
    seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff
    return (seed >>> 8) % bound
  }
}

/** As `Arrays.hashCode`, but of unsigned bytes and from a hash on. */
function digestOf(digest: number, bytes: Uint8Array | null): number {
  let hash = digest
  if (bytes === null) return (Math.imul(hash, 31) - 1) | 0
  for (let at = 0; at < bytes.length; at++) hash = (Math.imul(hash, 31) + bytes[at]!) | 0
  return hash
}
