/** Goal: the examples work as commands, for a user in a terminal. Method: real processes on the embedded broker on disk, killed too. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import test from 'ava'
import { temporaryDirectories } from '../helpers/directories.js'

const directory = temporaryDirectories(test)
const names = ['pipe', 'word-count', 'login-attempts', 'page-view-enricher']

function start(name: string, ...args: readonly string[]): ChildProcess & { readonly stdout: NodeJS.ReadableStream } {
  const main = join(import.meta.dirname, `../../examples/${name}/main.js`)
  return spawn(process.execPath, [main, ...args], { stdio: ['pipe', 'pipe', 'pipe'] })
}

async function run(name: string, args: readonly string[], input = ''): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = start(name, ...args)
  child.stdin!.end(input)
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout!), text(child.stderr!), once(child, 'close')])
  return { code, stdout, stderr }
}

/** Resolves with the first line that fits. */
async function lineOf(child: ChildProcess, fits: (line: string) => boolean): Promise<string> {
  for await (const line of createInterface({ input: child.stdout! })) if (fits(line)) return line
  throw new Error('It ended without such a line.')
}

test('all tell with --help what they do', async (t) => {
  for (const name of names) {
    const { code, stdout } = await run(name, ['--help'])
    t.is(code, 0)
    for (const option of ['--brokers', '--data', '--for']) t.true(stdout.includes(option), `${name}: ${option}`)
  }
})

for (const args of [['--nope'], ['extra'], ['--brokers', 'localhost'], ['--for', 'ten'], ['--rate', 'fast']]) {
  test(`${args.join(' ')} is refused with exit code 2`, async (t) => {
    const { code, stdout, stderr } = await run('login-attempts', args)
    t.is(code, 2)
    t.is(stdout, '')
    t.regex(stderr, /^login-attempts: .+\n.*--help/)
  })
}

test('pipe copies its input, and ends with it', async (t) => {
  const { code, stdout, stderr } = await run('pipe', ['--data', directory()], 'one\ntwo\n')
  t.deepEqual({ code, stdout, stderr }, { code: 0, stdout: 'one\ntwo\n', stderr: '' })
})

test('word-count answers over HTTP, and still knows its counts when it is started again', async (t) => {
  const data = directory()
  const serve = async (use: (url: string) => Promise<void>) => {
    const child = start('word-count', '--data', data, '--port', '0')
    const line = await lineOf(child, (line) => line.includes('listens at'))
    await use(/http:\S+(?=\.)/.exec(line)![0])
    child.kill('SIGTERM')
    t.deepEqual(await once(child, 'close'), [0, null])
  }
  const count = async (url: string, word: string) => ((await (await fetch(`${url}/counts/${word}`)).json()) as { count: number }).count
  await serve(async (url) => {
    await fetch(`${url}/lines`, { method: 'POST', body: 'to be or not to be' })
    while ((await count(url, 'be')) < 2);
  })
  await serve(async (url) => {
    t.is(await count(url, 'be'), 2)
    t.is(await count(url, 'or'), 1)
  })
})

for (const signal of ['SIGINT', 'SIGKILL'] as const) {
  test(`login-attempts goes on with its counts after ${signal}`, async (t) => {
    const data = directory()
    const counted = (line: string) => /^(\d+) suspicious of (\d+)/.exec(line)!.slice(1).map(Number) as [number, number]
    const first = start('login-attempts', '--data', data, '--rate', '2000')
    const [suspicious, events] = counted(await lineOf(first, (line) => counted(line)[0] > 500))
    first.kill(signal)
    t.deepEqual(await once(first, 'exit'), signal === 'SIGINT' ? [0, null] : [null, 'SIGKILL'])

    const again = start('login-attempts', '--data', data, '--rate', '100')
    // What the kill cut off is counted soon after the start.
    const later = counted(await lineOf(again, (line) => counted(line)[0] >= suspicious))
    t.true(later[1] >= events)
    again.kill('SIGINT')
    t.deepEqual(await once(again, 'exit'), [0, null])
  })
}

test('page-view-enricher shows regions, unknown among them, and ends by itself', async (t) => {
  const { code, stdout } = await run('page-view-enricher', ['--data', directory(), '--rate', '200', '--for', '5s'])
  t.is(code, 0)
  t.regex(stdout, /europe \d+.*unknown \d+|unknown \d+.*europe \d+/)
})

test('a broker that is not there is named', async (t) => {
  const { code, stderr } = await run('pipe', ['--brokers', '127.0.0.1:9', '--data', directory()])
  t.is(code, 1)
  t.true(stderr.includes('127.0.0.1:9'), stderr)
})
