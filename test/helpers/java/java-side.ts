/** Java's Avro, Kafka and registry serdes, for tests to exchange bytes with: test/integration/java, built by Maven the first time. */
import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const project = join(import.meta.dirname, '../../../../test/integration/java')

/** What is missing to run Java here; undefined if nothing is. */
export function missingForJava(): string | undefined {
  const java = spawnSync('java', ['-version'], { encoding: 'utf8' })
  const version = Number(/version "(\d+)/.exec(java.stderr ?? '')?.[1] ?? 0)
  if (version < 17) return 'The Java side needs Java 17 or newer on the PATH.'
  return existsSync(built()) || spawnSync('mvn', ['-version']).status === 0
    ? undefined
    : 'The Java side is built by Maven: put mvn on the PATH.'
}

export type Value = string | null

/** A running Java process that takes a request at a time. */
export class JavaSide {
  readonly #process: ChildProcessWithoutNullStreams
  readonly #waiting: { resolve(values: readonly Value[]): void; reject(error: Error): void }[] = []
  #log = ''

  constructor() {
    build()
    this.#process = spawn('java', [
      '-Xmx256m',
      '-XX:+UseSerialGC',
      '-XX:TieredStopAtLevel=1',
      '-cp',
      `${built()}/classes:${built()}/lib/*`,
      'interop.Main',
    ])
    this.#process.stderr.on('data', (text: Buffer) => {
      this.#log += text
    })
    this.#process.on('exit', (code) => {
      for (const { reject } of this.#waiting.splice(0)) reject(new Error(`Java ended with ${code}: ${this.#log.slice(-4_000)}`))
    })
    createInterface({ input: this.#process.stdout }).on('line', (line) => {
      const { values, error } = JSON.parse(line) as { readonly values?: readonly Value[]; readonly error?: string }
      const { resolve, reject } = this.#waiting.shift()!
      if (values === undefined) reject(new Error(`Java: ${error}`))
      else resolve(values)
    })
  }

  /** Each value as `op` makes of it (interop/Main.java); rejects with what Java threw. */
  ask(op: string, options: Readonly<Record<string, unknown>>, values: readonly Value[]): Promise<readonly Value[]> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject })
      this.#process.stdin.write(`${JSON.stringify({ op, ...options, values })}\n`)
    })
  }

  close(): void {
    this.#process.stdin.end()
  }
}

/** Where what was built of these sources is, kept between runs. */
function built(): string {
  const sources = readdirSync(project, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(java|xml)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
  const hash = createHash('sha256')
  for (const source of sources) hash.update(readFileSync(source))
  return join(tmpdir(), `millrace-interop-${hash.digest('hex').slice(0, 12)}`)
}

function build(): void {
  const target = built()
  if (existsSync(target)) return
  // Into a folder of its own first: several may build at once.
  const fresh = `${target}.${process.pid}`
  const { status, stdout } = spawnSync('mvn', ['-q', '-B', 'package', `-Dtarget=${fresh}`], { cwd: project, encoding: 'utf8' })
  if (status !== 0) throw new Error(`Maven could not build ${project}:\n${stdout}`)
  if (existsSync(target)) rmSync(fresh, { recursive: true })
  else renameSync(fresh, target)
}
