/** Goal: the examples run on Apache Kafka too, and make the topics that they miss. Method: their commands, with `--brokers`. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import anyTest, { type ExecutionContext } from 'ava'
import { temporaryDirectories } from '../helpers/directories.js'
import { missingForSharedKafka, sharedKafka } from '../helpers/kafka/shared.js'
import { requires } from '../helpers/requires.js'

const test = requires(anyTest, missingForSharedKafka)
const newFolder = temporaryDirectories(anyTest)

async function start(t: ExecutionContext, name: string, args: readonly string[]): Promise<ChildProcess> {
  const main = join(import.meta.dirname, `../../examples/${name}/main.js`)
  const brokers = (await sharedKafka()).join(',')
  const child = spawn(process.execPath, [main, '--brokers', brokers, '--data', newFolder(), ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  t.teardown(() => child.kill('SIGKILL'))
  return child
}

/** Runs an example until a line of its output fits, and ends it with Ctrl-C's signal. */
async function runUntil(t: ExecutionContext, name: string, args: readonly string[], fits: (line: string) => boolean): Promise<void> {
  const child = await start(t, name, args)
  const exit = once(child, 'exit')
  for await (const line of createInterface({ input: child.stdout! })) if (fits(line)) break
  child.kill('SIGINT')
  t.deepEqual(await exit, [0, null])
}

test('pipe copies its input', async (t) => {
  const child = await start(t, 'pipe', [])
  child.stdin!.end('one\ntwo\n')
  const [stdout, exit] = await Promise.all([text(child.stdout!), once(child, 'close')])
  t.is(stdout, 'one\ntwo\n')
  t.deepEqual(exit, [0, null])
})

test('word-count starts, and ends in order', async (t) => {
  await runUntil(t, 'word-count', ['--port', '0'], (line) => line.includes('listens at http'))
})

test('login-attempts counts; in a new folder its counts come back from the changelog', async (t) => {
  const suspicious = (line: string) => Number(/^(\d+) suspicious/.exec(line)![1])
  // Without new events: what it shows is restored.
  await runUntil(t, 'login-attempts', ['--rate', '500'], (line) => suspicious(line) > 100)
  await runUntil(t, 'login-attempts', ['--rate', '0'], (line) => suspicious(line) > 100)
})

test('page-view-enricher shows regions, unknown among them', async (t) => {
  await runUntil(t, 'page-view-enricher', ['--rate', '100'], (line) => /europe \d+/.test(line) && /unknown \d+/.test(line))
})
