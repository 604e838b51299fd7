/** Starts real schema registries for tests: Apicurio Registry from Maven artefacts, by start.sh beside this file's source. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { freePorts } from '../kafka/kafka.js'
import { RegistryApi } from './api.js'

const script = join(import.meta.dirname, '../../../../test/helpers/registry/start.sh')
const lib = process.env.REGISTRY_LIB ?? join(tmpdir(), 'millrace-registry-2.6.13')

export interface RunningRegistry {
  /** Of Confluent's API. */
  readonly url: string
  /** What tests ask and tell it beside the app. */
  readonly api: RegistryApi
  /** Ends it with SIGKILL; `restart` brings it back, with its schemas. */
  kill(): Promise<void>
  restart(): Promise<void>
  stop(): Promise<void>
}

/** What is missing to run a registry here; undefined if nothing is. */
export function missingForRegistry(): string | undefined {
  const java = spawnSync('java', ['-version'], { encoding: 'utf8' })
  const version = Number(/version "(\d+)/.exec(java.stderr ?? '')?.[1] ?? 0)
  if (version < 17) return 'Apicurio Registry needs Java 17 or newer on the PATH.'
  if (existsSync(lib) || spawnSync('mvn', ['-version']).status === 0) return undefined
  return 'Apicurio Registry is downloaded by Maven: put mvn on the PATH.'
}

/** A registry of the caller's own. It ends when this process does, however that ends. */
export async function startRegistry(): Promise<RunningRegistry> {
  const [port] = await freePorts(1)
  const data = mkdtempSync(join(tmpdir(), 'millrace-registry-'))
  const url = `http://127.0.0.1:${port}/apis/ccompat/v7`
  const launch = () => running([`${port}`, data], url)
  let registry = await launch()

  const kill = async () => {
    if (registry.exitCode !== null || registry.signalCode !== null) return
    registry.ref()
    const gone = once(registry, 'exit')
    process.kill(Number(readFileSync(join(data, 'pid'), 'utf8')), 'SIGKILL')
    await gone
  }
  return {
    url,
    api: new RegistryApi(url),
    kill,
    async restart() {
      await kill()
      registry = await launch()
    },
    async stop() {
      await kill()
      rmSync(data, { recursive: true, force: true })
    },
  }
}

/** Resolves with start.sh's process once its registry answers; rejects with the registry's log if it ends before. */
async function running(args: readonly string[], url: string): Promise<ChildProcess> {
  const env = { ...process.env, REGISTRY_LIB: lib, WATCH_PID: `${process.pid}` }
  const child = spawn('bash', [script, ...args], { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  const log: string[] = []
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`The registry ended with ${code}:\n${log.slice(-40).join('\n')}`)))
    for (const input of [child.stdout, child.stderr]) {
      createInterface({ input }).on('line', (line) => {
        log.push(line)
        if (line.includes('Listening on')) resolve()
      })
    }
  })
  // Neither the process nor its pipes keep a test file from ending.
  child.unref()
  for (const pipe of [child.stdout, child.stderr] as unknown as { unref(): void }[]) pipe.unref()
  await answers(url)
  return child
}

/** It listens before it has opened its database. */
async function answers(url: string): Promise<void> {
  for (;;) {
    const answer = await fetch(`${url}/subjects`).catch(() => undefined)
    if (answer?.status === 200) return
    await delay(50)
  }
}
