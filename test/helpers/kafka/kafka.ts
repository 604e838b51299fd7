/** Starts real brokers for tests: Apache Kafka 4.1 from Maven artefacts, by start.sh beside this file's source. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const script = join(import.meta.dirname, '../../../../test/helpers/kafka/start.sh')
const jars = process.env.KAFKA_LIB ?? join(tmpdir(), 'millrace-kafka-jars-4.1.0')

export interface RunningKafka {
  /** Addresses, as a client takes them. */
  readonly brokers: readonly string[]
  /** Ends it in order and removes its data. Idempotent. */
  stop(): Promise<void>
  /** Ends it with SIGKILL; `restart` brings it back. */
  kill(): Promise<void>
  /** Ends it in order, unless it is dead already, and starts it again over its data on the same port. */
  restart(): Promise<void>
}

/** What is missing to run a broker here; undefined if nothing is. */
export function missingForKafka(): string | undefined {
  const java = spawnSync('java', ['-version'], { encoding: 'utf8' })
  const version = Number(/version "(\d+)/.exec(java.stderr ?? '')?.[1] ?? 0)
  if (version < 17) return 'Apache Kafka needs Java 17 or newer on the PATH (or set KAFKA_BROKERS to a running broker).'
  if (existsSync(jars) || spawnSync('mvn', ['-version']).status === 0) return undefined
  return 'Apache Kafka is downloaded by Maven: put mvn on the PATH (or set KAFKA_BROKERS to a running broker).'
}

export interface KafkaOptions {
  /** How clients connect. Default PLAINTEXT. */
  readonly listener?: 'PLAINTEXT' | 'SSL' | 'SASL_PLAINTEXT' | 'SASL_SSL'
  /** Further properties of the broker. */
  readonly properties?: Readonly<Record<string, string>>
}

/** A broker of the caller's own, which it may stop, kill and restart. It ends when this process does, however that ends. */
export async function startKafka(options: KafkaOptions = {}): Promise<RunningKafka> {
  const data = await mkdtemp(join(tmpdir(), 'millrace-kafka-'))
  return launchKafka(data, process.pid, options)
}

/** A broker with its data in the folder `data`, which lives until it is stopped or the process `watched` is gone. */
export async function launchKafka(data: string, watched: number, options: KafkaOptions = {}): Promise<RunningKafka> {
  const [port, controller] = await freePorts(2)
  const properties = join(data, 'further.properties')
  const lines = Object.entries(options.properties ?? {}).map(([key, value]) => `${key}=${value}\n`)
  writeFileSync(properties, lines.join(''))
  const env = { KEEP: '1', WATCH_PID: `${watched}`, LISTENER: options.listener ?? 'PLAINTEXT', PROPERTIES: properties }
  const launch = () => running([`${port}`, data, `${controller}`], env)
  let broker = await launch()

  const end = async (signal: NodeJS.Signals) => {
    if (broker.exitCode !== null || broker.signalCode !== null) return
    broker.ref()
    const gone = once(broker, 'exit')
    process.kill(Number(readFileSync(join(data, 'pid'), 'utf8')), signal)
    await gone
  }
  return {
    brokers: [`127.0.0.1:${port}`],
    async stop() {
      await end('SIGTERM')
      rmSync(data, { recursive: true, force: true })
    },
    kill: () => end('SIGKILL'),
    async restart() {
      await end('SIGTERM')
      broker = await launch()
    },
  }
}

/** Runs one of Kafka's own tools, by the class behind its script; its output. A broker was started before, which is what brings the jars. */
export function runKafkaTool(main: string, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync('java', ['-XX:TieredStopAtLevel=1', '-cp', `${jars}/*`, main, ...args], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${main} ended with ${status}:\n${stdout}${stderr}`)
  return stdout
}

/** Resolves with start.sh's process once its broker answers; rejects with the broker's log if it ends before. */
async function running(args: readonly string[], env: Record<string, string>): Promise<ChildProcess> {
  const options = { env: { ...process.env, KAFKA_LIB: jars, ...env }, detached: true }
  const child = spawn('bash', [script, ...args], { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
  const log: string[] = []
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`The broker ended with ${code}:\n${log.slice(-40).join('\n')}`)))
    for (const input of [child.stdout, child.stderr]) {
      createInterface({ input }).on('line', (line) => {
        log.push(line)
        if (line.includes('Kafka Server started')) resolve()
      })
    }
  })
  // Neither the process nor its pipes keep a test file from ending.
  child.unref()
  for (const pipe of [child.stdout, child.stderr] as unknown as { unref(): void }[]) pipe.unref()
  return child
}

/** Ports that nobody listens on at the moment. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'))
  await Promise.all(servers.map((server) => once(server, 'listening')))
  const ports = servers.map((server) => (server.address() as { port: number }).port)
  await Promise.all(servers.map((server) => once(server.close(), 'close')))
  return ports
}
