import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import type { Client } from '../client/client.js'
import { isStreamError } from '../core/errors.js'
import { planReset, type ResetPlan, reset } from './application-reset.js'

/** The world that a run may touch. */
export interface Io {
  readonly stdout: (text: string) => void
  readonly stderr: (text: string) => void
  /** `security` is the object in the file of `--command-config`. */
  readonly connect: (brokers: readonly string[], security: object) => Client
}

const usage = `Usage: millrace reset --application-id ID [options]

Takes an application back to its start: sets its consumer group to the start of its inputs, and deletes its internal topics. The options are
those of Kafka's own kafka-streams-application-reset. Stop all instances before, and delete their state folders (stateDir) after.

  --application-id ID           consumer group, and prefix of the internal topics
  --bootstrap-server HOST:PORT  one or more brokers, by commas (default: localhost:9092)
  --input-topics TOPICS         what it reads, by commas; offsets in other topics are forgotten
  --internal-topics TOPICS      deletes only these of its internal topics, by commas
  --to-latest                   sets the group to the end of the inputs instead
  --dry-run                     prints what it would do
  --command-config FILE         JSON with ssl and sasl, as an app takes them
  -h, --help
`

const options = {
  'application-id': { type: 'string' },
  'bootstrap-server': { type: 'string', default: 'localhost:9092' },
  'input-topics': { type: 'string', default: '' },
  'internal-topics': { type: 'string' },
  'to-latest': { type: 'boolean', default: false },
  'dry-run': { type: 'boolean', default: false },
  'command-config': { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const

/** Runs `millrace` with the arguments after its name; gives the exit code: 0, 1 if it could not be done, 2 for a wrong command. */
export async function run(args: readonly string[], io: Io): Promise<number> {
  try {
    return await start(args, io)
  } catch (error) {
    const isWrong = error instanceof UsageError
    if (!isWrong && !isStreamError(error)) throw error
    io.stderr(`millrace: ${error.message}\n${isWrong ? 'Try millrace --help.\n' : ''}`)
    return isWrong ? 2 : 1
  }
}

class UsageError extends Error {}

async function start(args: readonly string[], io: Io): Promise<number> {
  const { positionals, values } = parse(args)
  if (values.help === true) {
    io.stdout(usage)
    return 0
  }
  if (positionals.join() !== 'reset') throw new UsageError('There is one command, reset.')
  const { 'application-id': application, 'command-config': config } = values
  if (application === undefined || application === '') throw new UsageError('--application-id is missing.')
  const client = io.connect(brokersOf(values['bootstrap-server']), config === undefined ? {} : securityOf(config))
  try {
    const plan = await planReset(client.admin(), {
      application,
      inputTopics: listed(values['input-topics']),
      ...(values['internal-topics'] === undefined ? {} : { internalTopics: listed(values['internal-topics']) }),
      to: values['to-latest'] ? 'latest' : 'earliest',
    })
    if (!values['dry-run']) await reset(client.admin(), plan)
    io.stdout(told(plan, values['dry-run']))
  } finally {
    await client.close()
  }
  return 0
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options })
  } catch (error) {
    throw new UsageError((error as Error).message.replace(/ To specify a positional .*/s, ''))
  }
}

function brokersOf(addresses: string): readonly string[] {
  const brokers = listed(addresses)
  const wrong = brokers.filter((address) => !/^\S+:\d+$/.test(address))
  if (wrong.length === 0 && brokers.length > 0) return brokers
  throw new UsageError(`--bootstrap-server is HOST:PORT, more of them by commas, not '${wrong.join(',')}'.`)
}

/** Throws UsageError if the file has not what it is for. */
function securityOf(file: string): object {
  let security: unknown
  try {
    security = JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${(error as Error).message}`)
  }
  const isObject = typeof security === 'object' && security !== null && !Array.isArray(security)
  const others = isObject ? Object.keys(security as object).filter((key) => key !== 'ssl' && key !== 'sasl') : []
  if (isObject && others.length === 0) return security as object
  throw new UsageError(`${file} is a JSON object with ssl and sasl${others.length > 0 ? `, not with ${others.join(', ')}` : ''}.`)
}

function listed(names: string): readonly string[] {
  return names
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
}

function told({ application, offsets, deleted, spared }: ResetPlan, dry: boolean): string {
  const nothing = offsets.length + deleted.length + spared.length === 0
  return [
    ...(nothing ? [`No input topics were named, and ${application} has no internal topics.`] : []),
    ...offsets.map(({ topic, partition, offset }) => `${dry ? 'Would read' : 'Reads'} ${topic} [${partition}] from offset ${offset} on.`),
    ...deleted.map((topic) => `${dry ? 'Would delete' : 'Deleted'} the topic ${topic}.`),
    ...spared.map((topic) => `${dry ? 'Would leave' : 'Left'} the topic ${topic}.`),
    ...(dry ? [] : [`Delete the state folder of each instance (by default .millrace/${application}) before it starts again.`]),
    '',
  ].join('\n')
}
