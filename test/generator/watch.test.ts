/**
 * Goal: `gen --watch` follows a project through whatever editors, version control and people do to it, and never tells or writes what is not so. Method: the real
 * program as a child process in a folder of its own; what it prints is awaited, time never is.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { temporaryDirectories } from '../helpers/directories.js'

const bin = resolve(import.meta.dirname, '../../../generator/dist/bin.js')
const directory = temporaryDirectories(test)

const schema = (field: string) => `{ "type": "record", "name": "seed.LoginEvent", "fields": [{ "name": "${field}", "type": "string" }] }`
const manifest = (more = '') => `application: logins
topics:
  logins: { key: string, value: seed.LoginEvent }
  out: { key: string, value: long }
steps:
  source: { stream: logins }
  by-user: { groupBy: source, key: string${more} }
  counts: { count: by-user }
  out: { sink: counts, topic: out }
`
const project = { 'schemas/a.avsc': schema('user'), 'schemas/logins.topology.yaml': manifest() }
const typeFile = 'generated/types/seed/login-event.ts'

/** A project, and `gen --watch` in it until the test ends. */
class Watched {
  readonly folder = directory()
  readonly #child: ChildProcess
  #text = ''
  #arrived: () => void = () => {}

  constructor(t: ExecutionContext, files: Readonly<Record<string, string>>, ...args: readonly string[]) {
    for (const [path, text] of Object.entries(files)) this.write(path, text)
    // Both streams as one, so that their order is kept.
    const command = [process.execPath, bin, '--watch', ...args].join(' ')
    this.#child = spawn('sh', ['-c', `exec ${command} 2>&1`], { cwd: this.folder, stdio: ['ignore', 'pipe', 'inherit'] })
    this.#child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      this.#text += text
      this.#arrived()
    })
    t.teardown(() => this.#child.kill('SIGKILL'))
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(join(this.folder, path)), { recursive: true })
    writeFileSync(join(this.folder, path), text)
  }

  move(from: string, to: string): void {
    mkdirSync(dirname(join(this.folder, to)), { recursive: true })
    renameSync(join(this.folder, from), join(this.folder, to))
  }

  remove(path: string): void {
    rmSync(join(this.folder, path), { recursive: true })
  }

  read(path: string): string {
    return readFileSync(join(this.folder, path), 'utf8')
  }

  has(path: string): boolean {
    return existsSync(join(this.folder, path))
  }

  /** What it printed since the last call, up to its next summary. */
  async run(): Promise<string> {
    for (;;) {
      const end = /\d\d:\d\d:\d\d .* Watching .*, until Ctrl-C\.\n/.exec(this.#text)
      if (end !== null) {
        const printed = this.#text.slice(0, end.index + end[0].length)
        this.#text = this.#text.slice(printed.length)
        return printed
      }
      await new Promise<void>((resolve) => {
        this.#arrived = resolve
      })
    }
  }

  /** Runs until a condition holds. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await this.run()
  }

  async end(signal: NodeJS.Signals): Promise<number | null> {
    const exited = once(this.#child, 'exit')
    this.#child.kill(signal)
    return (await exited)[0]
  }
}

test.serial('a change of a schema is generated, and told', async (t) => {
  const watched = new Watched(t, project)
  t.regex(await watched.run(), /^wrote generated\/logins.ts\n(?:wrote .*\n)+\d\d:\d\d:\d\d Done\. Watching schemas, until Ctrl-C\.\n$/)
  watched.write('schemas/a.avsc', schema('name'))
  t.regex(
    await watched.run(),
    /^\n\d\d:\d\d:\d\d schemas\/a\.avsc changed\.\n(?:wrote .*\n)*wrote generated\/types\/seed\/login-event\.ts\n(?:wrote .*\n)*\d\d:\d\d:\d\d Done\. /,
  )
  t.true(watched.read(typeFile).includes('readonly name: string'))
})

test.serial('with an error the last good code stays, and the problem is told afresh each time', async (t) => {
  const watched = new Watched(t, project)
  await watched.run()
  const good = watched.read('generated/logins/topology.ts')
  const wrong = 'schemas/logins.topology.yaml:7:23 unknown-step There is no step `sorce`.\n'
  watched.write('schemas/logins.topology.yaml', manifest().replace('groupBy: source', 'groupBy: sorce'))
  const first = await watched.run()
  t.true(first.includes(wrong))
  t.regex(first, /\d 1 error; generated code stays as it was\. Watching /)
  watched.write('schemas/a.avsc', '{')
  const second = await watched.run()
  t.true(second.includes(wrong) && second.includes('schemas/a.avsc:1:2 json-syntax'))
  t.regex(second, /\d \d errors; generated code stays as it was\./)
  t.is(watched.read('generated/logins/topology.ts'), good)
  t.true(watched.read(typeFile).includes('readonly user: string'))
  watched.write('schemas/a.avsc', schema('name'))
  watched.write('schemas/logins.topology.yaml', manifest())
  await watched.until(() => watched.read(typeFile).includes('readonly name: string'))
  t.is(await watched.end('SIGINT'), 0)
})

test.serial('files and folders that come, go and move are followed', async (t) => {
  const watched = new Watched(t, project)
  await watched.run()
  const item = (name: string) => `{ "type": "enum", "name": "shop.${name}", "symbols": ["A"] }`
  watched.write('schemas/b.avsc', item('B'))
  t.true((await watched.run()).includes('wrote generated/types/shop/b.ts\n'))
  watched.write('schemas/deep/er/c.avsc', item('C'))
  await watched.until(() => watched.has('generated/types/shop/c.ts'))
  watched.write('schemas/deep/er/c.avsc', item('D'))
  await watched.until(() => watched.has('generated/types/shop/d.ts') && !watched.has('generated/types/shop/c.ts'))
  watched.move('schemas/deep', 'schemas/other')
  watched.write('schemas/other/er/c.avsc', item('E'))
  await watched.until(() => watched.has('generated/types/shop/e.ts'))
  // As editors write: beside it first, then over it.
  watched.write('schemas/.b.avsc.tmp', item('F'))
  watched.move('schemas/.b.avsc.tmp', 'schemas/b.avsc')
  await watched.until(() => watched.has('generated/types/shop/f.ts'))
  watched.remove('schemas/other')
  await watched.until(() => !watched.has('generated/types/shop/e.ts'))
  t.true(watched.has('generated/logins.ts'))
})

test.serial('a schema folder that goes away and comes back is followed, and the code stays meanwhile', async (t) => {
  const watched = new Watched(t, project)
  await watched.run()
  watched.move('schemas', 'elsewhere')
  const gone = await watched.run()
  t.regex(gone, /gen: There is no folder schemas\.\n\d\d:\d\d:\d\d Nothing was written\. /)
  t.true(watched.has(typeFile))
  watched.write('schemas/logins.topology.yaml', manifest())
  watched.write('schemas/a.avsc', schema('name'))
  await watched.until(() => watched.read(typeFile).includes('readonly name: string'))
  watched.write('schemas/a.avsc', schema('again'))
  await watched.until(() => watched.read(typeFile).includes('readonly again: string'))
  t.pass()
})

test.serial('modules that inline logic imports are followed, from before they are there', async (t) => {
  const imports = `imports: { ../lib/text.ts: [short] }\n${manifest(', groupKey: short(value.user)')}`
  const watched = new Watched(t, { ...project, 'schemas/logins.topology.yaml': imports })
  t.regex(await watched.run(), /logic-type Cannot find module .*\n\d\d:\d\d:\d\d 1 error;/)
  watched.write('lib/text.ts', "export { short } from './short.js'\n")
  watched.write('lib/short.ts', 'export const short = (text: string): string => text.slice(0, 2)\n')
  await watched.until(() => watched.has('generated/logins.ts'))
  watched.write('lib/short.ts', 'export const short = (text: string): number => text.length\n')
  const wrong = await watched.run()
  t.regex(
    wrong,
    /lib\/short\.ts changed\.\nschemas\/logins\.topology\.yaml:8:\d+ logic-type Type 'number' is not assignable to type 'string'/,
  )
})

test.serial('generated code within the schema folder is no change', async (t) => {
  const watched = new Watched(t, { ...project, 'schemas/logins.topology.yaml': `output: made\n${manifest()}` })
  await watched.run()
  watched.write('schemas/a.avsc', schema('name'))
  t.regex(await watched.run(), /^\n\d\d:\d\d:\d\d schemas\/a\.avsc changed\.\n/)
  watched.write('schemas/b.avsc', schema('other').replace('LoginEvent', 'Other'))
  t.regex(await watched.run(), /^\n\d\d:\d\d:\d\d schemas\/b\.avsc changed\.\n/, 'nothing ran between the two changes')
  t.true(watched.has('schemas/made/types/seed/other.ts'))
})

test.serial('no change is lost while it works', async (t) => {
  const watched = new Watched(t, project)
  for (let round = 0; round < 5; round += 1) {
    for (let edit = 0; edit < 4; edit += 1) watched.write('schemas/a.avsc', schema(`user${round}x${edit}`))
    await watched.until(() => watched.has(typeFile) && watched.read(typeFile).includes(`user${round}x3`))
  }
  t.pass()
})

test.serial('the configuration file is watched too, even if it is made later', async (t) => {
  const long = '{ "type": "record", "name": "seed.LoginEvent", "fields": [{ "name": "at", "type": "long" }] }'
  const watched = new Watched(t, { ...project, 'schemas/a.avsc': long })
  await watched.run()
  t.true(watched.read(typeFile).includes('at: number'))
  watched.write('millrace.config.json', '{ "long": "bigint" }')
  t.regex(await watched.run(), /millrace\.config\.json changed\./)
  t.true(watched.read(typeFile).includes('at: bigint'))
})

test.serial('what was edited by hand is not overwritten, and told until it is put right', async (t) => {
  const watched = new Watched(t, project)
  await watched.run()
  const app = watched.read('generated/logins/app.ts')
  watched.write('generated/logins/app.ts', `${app}// mine\n`)
  watched.write('schemas/a.avsc', schema('name'))
  t.regex(await watched.run(), /generated\/logins\/app\.ts: it was edited by hand\n.*\n\d\d:\d\d:\d\d Nothing was written\. /)
  t.true(watched.read(typeFile).includes('readonly user: string'))
  watched.write('generated/logins/app.ts', app)
  watched.write('schemas/a.avsc', `${schema('name')}\n`)
  await watched.until(() => watched.read(typeFile).includes('readonly name: string'))
})

test.serial('it goes with --stubs and --import-extension', async (t) => {
  const watched = new Watched(t, project, '--stubs', 'src', '--import-extension', 'ts')
  t.true((await watched.run()).includes('wrote src/by-user.ts\n'))
  watched.write(
    'schemas/logins.topology.yaml',
    manifest().replace('source: {', 'wanted: { filter: source }\n  source: {').replace('groupBy: source', 'groupBy: wanted'),
  )
  t.true((await watched.run()).includes('wrote src/wanted.ts\n'))
  t.true(watched.read('src/wanted.ts').includes("from '../generated/logins.ts'"))
})

test.serial('it ends with 0 when it is told to', async (t) => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    const watched = new Watched(t, project)
    await watched.run()
    t.is(await watched.end(signal), 0)
    t.false(watched.has('generated/logins.ts.millrace-new'))
  }
})

test.serial('it does not go with what writes nothing, nor with a folder that is not there', (t) => {
  const folder = directory()
  const gen = (...args: readonly string[]) => spawnSync(process.execPath, [bin, '--watch', ...args], { cwd: folder, encoding: 'utf8' })
  t.deepEqual(
    [gen('--check').status, gen('--check').stderr],
    [2, 'gen: --watch does not go with --check, which writes nothing.\nTry gen --help.\n'],
  )
  t.is(gen('--describe').status, 2)
  t.deepEqual([gen('nowhere').status, gen('nowhere').stderr], [2, 'gen: There is no folder nowhere.\nTry gen --help.\n'])
})
