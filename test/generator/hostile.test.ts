/**
 * Goal: a schema or manifest of a stranger never hangs gen, never takes it down, and never makes it open or write what is not the project's.
 * Method: the worst that we know of each kind, generated here where no folder in git can hold it, in processes that are killed when they take too long;
 * what gen says is counted, not timed.
 */
import { execFile, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { floods } from './hostile/floods.js'

const root = resolve(import.meta.dirname, '../../..')
const bin = join(root, 'generator/dist/bin.js')

/** Minutes for what takes half a minute, and half a gigabyte for what takes a quarter: only a hang or a bomb goes beyond. */
const limits = { timeout: 400_000, killSignal: 'SIGKILL' } as const

interface Ended {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs Node in a folder; a process that has to be killed has no status. */
function node(args: readonly string[], cwd = root): Promise<Ended> {
  return new Promise((done) => {
    const child = execFile(process.execPath, args, { cwd, ...limits, maxBuffer: 1 << 26 }, (_, stdout, stderr) =>
      done({ status: child.exitCode, stdout, stderr }),
    )
  })
}

const flooded = node(['--max-old-space-size=600', join(import.meta.dirname, 'hostile/run-floods.js')])

test('all floods are gone through, in bounded time and memory', async (t) => {
  const { status, stdout, stderr } = await flooded
  t.is(stdout.trimEnd().split('\n').length, floods.length, `it hangs, or dies, in what comes after:\n${stdout}`)
  t.is(stderr, '')
  t.is(status, 0)
})

for (const { name, expected } of floods) {
  test(`flood: ${name}`, async (t) => {
    const { stdout } = await flooded
    const line = stdout.split('\n').find((each) => each.startsWith(`${name}\t`))
    t.regex(line?.slice(name.length + 1) ?? 'nothing', expected)
  })
}

/** A project in a folder of its own, which goes when the test ends. */
function project(t: ExecutionContext) {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-hostile-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  const at = (path: string) => join(folder, path)
  const write = (path: string, text: string | Buffer) => {
    mkdirSync(dirname(at(path)), { recursive: true })
    writeFileSync(at(path), text)
  }
  write('schemas/a.avsc', '{ "type": "record", "name": "seed.A", "fields": [{ "name": "x", "type": "int" }] }')
  const gen = (...args: string[]) => node([bin, ...args], folder)
  return { folder, at, write, gen }
}

const manifest = (output: string) =>
  `application: a\noutput: ${output}\ntopics: { t: { key: string, value: string } }\nsteps:\n  in: { stream: t }\n  out: { sink: in, topic: t }\n`

test('pipes, sockets and devices that are called as schemas are told, not opened', async (t) => {
  const { at, gen } = project(t)
  t.is(spawnSync('mkfifo', [at('schemas/pipe.avsc')]).status, 0)
  const server = createServer().listen(at('schemas/socket.avdl'))
  await once(server, 'listening')
  t.teardown(() => server.close())
  symlinkSync('/dev/zero', at('schemas/zeros.topology.yaml'))
  const { status, stderr } = await gen()
  t.is(status, 1)
  t.regex(stderr, /^schemas\/pipe\.avsc:1:1 unreadable-file it is a pipe, a socket or a device$/m)
  t.regex(stderr, /^schemas\/socket\.avdl:1:1 unreadable-file it is a pipe, a socket or a device$/m)
  t.regex(stderr, /^schemas\/zeros\.topology\.yaml:1:1 unreadable-file it is a link, which gen does not follow$/m)
})

test('a file of 100 MB is told, not read', async (t) => {
  const { write, gen } = project(t)
  write('schemas/large.avsc', Buffer.alloc(100_000_000, 0x20))
  const { status, stderr } = await gen()
  t.is(status, 1)
  t.is(
    stderr,
    'schemas/large.avsc:1:1 unreadable-file the file is larger than 16 MB\n  Put a plain file in its place, or move it out of the schema folder.\n',
  )
})

test('a folder in a circle of links is read once', async (t) => {
  const { at, gen } = project(t)
  symlinkSync('..', at('schemas/up'))
  symlinkSync('.', at('schemas/self'))
  t.is((await gen()).status, 0)
})

test('a file name cannot speak to the terminal', async (t) => {
  const { write, gen } = project(t)
  write('schemas/\u001b[2J\nnext.avsc', '{')
  const { stderr } = await gen()
  t.true(stderr.startsWith('schemas/\\u001b[2J\\u000anext.avsc:1:2 json-syntax '), stderr)
})

test('links do not lead the output out of the project, however they are placed', async (t) => {
  for (const output of ['../out', '../out/deeper/gen', '../elsewhere-later']) {
    const { folder, at, write, gen } = project(t)
    const elsewhere = `${folder}-elsewhere`
    mkdirSync(elsewhere)
    t.teardown(() => rmSync(elsewhere, { recursive: true, force: true }))
    symlinkSync(elsewhere, at('out'))
    symlinkSync(join(elsewhere, 'later'), at('elsewhere-later'))
    write('schemas/a.topology.yaml', manifest(output))
    for (const args of [[], ['--force']]) {
      const { status, stderr } = await gen(...args)
      t.is(status, 1, output)
      t.regex(stderr, /^schemas\/a\.topology\.yaml:2:9 invalid-option Links lead from the output folder/)
    }
    t.deepEqual(readdirSync(elsewhere), [])
  }
})

test('links do not lead the folders of the configuration file out of the project', async (t) => {
  for (const [key, place] of [
    ['output', '1:13'],
    ['stubs', '1:12'],
  ]) {
    for (const name of ['out', 'out/deeper', 'elsewhere-later']) {
      const { folder, at, write, gen } = project(t)
      const elsewhere = `${folder}-elsewhere`
      mkdirSync(elsewhere)
      t.teardown(() => rmSync(elsewhere, { recursive: true, force: true }))
      symlinkSync(elsewhere, at('out'))
      symlinkSync(join(elsewhere, 'later'), at('elsewhere-later'))
      write('millrace.config.json', `{ "${key}": "${name}" }`)
      write('schemas/a.topology.yaml', `${manifest('x').replace('output: x\n', '')}  kept: { filter: in }\n`)
      for (const args of [[], ['--force']]) {
        const { status, stderr } = await gen(...args)
        t.is(status, 1, stderr)
        const told = stderr.slice(stderr.indexOf('millrace.config.json'))
        t.true(told.startsWith(`millrace.config.json:${place} invalid-option Links lead from `), stderr)
        t.regex(told, /out of the project\.\n {2}\S/)
      }
      t.deepEqual(readdirSync(elsewhere), [])
      if (key === 'stubs') t.false(existsSync(at('generated')))
    }
  }
})

test('a link within the project is followed to a folder of the project', async (t) => {
  const { at, write, gen } = project(t)
  mkdirSync(at('real'))
  symlinkSync('real', at('out'))
  write('schemas/a.topology.yaml', manifest('../out'))
  t.is((await gen()).status, 0)
  t.true(existsSync(at('real/a/app.ts')))
})

test('links inside of the output folder are not written through, even by --force without a list', async (t) => {
  const { folder, at, write, gen } = project(t)
  const elsewhere = `${folder}-elsewhere`
  mkdirSync(elsewhere)
  t.teardown(() => rmSync(elsewhere, { recursive: true, force: true }))
  mkdirSync(at('generated'))
  symlinkSync(elsewhere, at('generated/types'))
  for (const list of [undefined, '{ "files": { "../x": "0" } }', '[]']) {
    if (list !== undefined) write('generated/.millrace-gen.json', list)
    t.is((await gen('--force')).status, 1)
  }
  t.deepEqual(readdirSync(elsewhere), [])
})

test('a link where a new text is laid first is replaced, not written through', async (t) => {
  const { at, write, gen } = project(t)
  write('precious.ts', '// mine\n')
  await gen()
  rmSync(at('generated/types/seed/a.ts'))
  symlinkSync(at('precious.ts'), at('generated/types/seed/a.ts.millrace-new'))
  t.is((await gen()).status, 0)
  t.is(readFileSync(at('precious.ts'), 'utf8'), '// mine\n')
  t.true(lstatSync(at('generated/types/seed/a.ts')).isFile())
})

test('a reader that goes away does not keep gen', async (t) => {
  const { folder, write } = project(t)
  write('schemas/many.avsc', `[${Array.from({ length: 20_000 }, (_, index) => `"Missing${index}"`).join(',')}]`)
  const child = spawn(process.execPath, [bin], { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'], timeout: limits.timeout })
  child.stderr.once('data', () => child.stderr.destroy())
  const [, signal] = await once(child, 'exit')
  t.not(signal, 'SIGTERM')
})
