/** What all examples have in common: their arguments, Kafka or the embedded broker, and an orderly end. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type ParseArgsConfig, parseArgs } from 'node:util'
import { type AppConfig, type Client, isStreamError, type StreamApp } from 'millrace'

/** An option of an example's own; `default` also goes into `--help`. */
export interface ExampleOption {
  readonly value: string
  readonly about: string
  readonly default: number
}

export interface About<O extends string> {
  readonly name: string
  /** What it does, a few lines. */
  readonly text: string
  /** Numbers from 0. */
  readonly options?: Readonly<Record<O, ExampleOption>>
}

export interface Running<O extends string> {
  readonly client: Client
  /** For the example's app. */
  readonly config: AppConfig
  readonly options: Readonly<Record<O, number>>
  /** Where the records are, for messages. */
  readonly place: string
  /** Aborted by Ctrl-C, SIGTERM, `--for`, `stop`, and when the app fails. */
  readonly stopped: AbortSignal
  stop(): void
  /** Starts the app; if it fails later, the example stops and fails with it. */
  start(app: StreamApp<unknown>): Promise<void>
}

/** Runs an example with the arguments of the process. Exit codes: 0 it ended, 1 it failed, 2 the arguments are wrong. */
export async function example<O extends string = never>(about: About<O>, run: (running: Running<O>) => Promise<void>): Promise<void> {
  let settings: Settings<O> | undefined
  try {
    settings = readArguments(about)
  } catch (error) {
    console.error(`${about.name}: ${(error as Error).message}\nWith --help it tells its arguments.`)
    process.exitCode = 2
    return
  }
  if (settings === undefined) console.log(help(about))
  else await runWith(settings, run)
}

interface Settings<O extends string> {
  readonly brokers: readonly string[] | undefined
  readonly data: string
  readonly forMs: number | undefined
  readonly options: Readonly<Record<O, number>>
}

async function runWith<O extends string>(settings: Settings<O>, run: (running: Running<O>) => Promise<void>): Promise<void> {
  const stopping = new AbortController()
  const stop = () => stopping.abort()
  let failure: unknown
  const onSignal = () => {
    if (stopping.signal.aborted) process.exit(130)
    stop()
  }
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal)
  const timer = settings.forMs === undefined ? undefined : setTimeout(stop, settings.forMs)
  try {
    const { client, close } = await connect(settings)
    try {
      await run({
        client,
        config: {
          client,
          stateDir: join(settings.data, 'state'),
          createTopics: true,
          commitIntervalMs: 1_000,
          handleSignals: false,
        },
        options: settings.options,
        place: settings.brokers?.join(', ') ?? settings.data,
        stopped: stopping.signal,
        stop,
        async start(app) {
          app.on('error', (error) => {
            failure = error
            stop()
          })
          await app.start()
        },
      })
    } finally {
      await close()
    }
  } catch (error) {
    failure ??= error
  } finally {
    clearTimeout(timer)
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal)
  }
  if (failure === undefined) return
  console.error(isStreamError(failure) ? failure.message : failure)
  process.exitCode = 1
}

/** Each loaded only when it is used. */
async function connect({ brokers, data }: Settings<string>): Promise<{ client: Client; close(): Promise<void> }> {
  if (brokers !== undefined) {
    const { kafkajsClient } = await import('millrace/kafkajs')
    const client = kafkajsClient({ brokers })
    return { client, close: () => client.close() }
  }
  const { EmbeddedBroker, embeddedClient } = await import('millrace/embedded')
  mkdirSync(data, { recursive: true })
  const broker = await EmbeddedBroker.open({ dir: join(data, 'broker') })
  const client = embeddedClient(broker)
  return {
    client,
    async close() {
      await client.close()
      broker.close()
    },
  }
}

/** Undefined for `--help`. Throws what is wrong, as a sentence. */
function readArguments<O extends string>(about: About<O>): Settings<O> | undefined {
  const own = Object.entries<ExampleOption>(about.options ?? {})
  const options: NonNullable<ParseArgsConfig['options']> = {
    brokers: { type: 'string' },
    data: { type: 'string' },
    for: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
    ...Object.fromEntries(own.map(([name]) => [name, { type: 'string' as const }])),
  }
  const values = parseArgs({ options, strict: true }).values as Readonly<Record<string, string | undefined>>
  if (values.help !== undefined) return undefined
  return {
    brokers: values.brokers === undefined ? undefined : readBrokers(values.brokers),
    data: values.data ?? join('.millrace', about.name),
    forMs: values.for === undefined ? undefined : readDuration(values.for),
    options: Object.fromEntries(own.map(([name, option]) => [name, readNumber(name, values[name], option.default)])) as Record<O, number>,
  }
}

function readBrokers(text: string): readonly string[] {
  const brokers = text.split(',')
  if (brokers.every((broker) => /^[^\s:/]+:\d+$/.test(broker))) return brokers
  throw new Error(`--brokers must be host:port, or several with commas between, but is '${text}'.`)
}

const unitsMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }

function readDuration(text: string): number {
  const [, amount, unit] = /^(\d+)(ms|s|m|h)$/.exec(text) ?? []
  if (amount !== undefined && unit !== undefined) return Number(amount) * unitsMs[unit]!
  throw new Error(`--for must be a duration such as 500ms, 10s or 5m, but is '${text}'.`)
}

function readNumber(name: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise
  if (/^\d{1,9}$/.test(text)) return Number(text)
  throw new Error(`--${name} must be a whole number from 0, but is '${text}'.`)
}

function help(about: About<string>): string {
  const rows = [
    ...Object.entries(about.options ?? {}).map(([name, option]) => [
      `--${name} ${option.value}`,
      `${option.about} (default ${option.default})`,
    ]),
    ['--brokers HOST:PORT', 'run on Apache Kafka; topics that are missing are made (default: the embedded broker)'],
    ['--data DIR', `where state, and the embedded broker's records, are kept (default .millrace/${about.name})`],
    ['--for TIME', 'end by itself, after 10s or 5m (default: at Ctrl-C)'],
    ['-h, --help', 'this text'],
  ] as const
  const width = Math.max(...rows.map(([name]) => name!.length))
  const lines = rows.map(([name, text]) => `  ${name!.padEnd(width)}  ${text}`)
  return `${about.text}\n\nusage: node build/examples/${about.name}/main.js [options]\n\n${lines.join('\n')}\n\nexit codes: 0 it ended, 1 it failed, 2 the arguments are wrong`
}
