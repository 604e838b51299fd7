/** Goal: `gen` is safe to run and easy to script. Method: the real program as a child process, in folders of its own. */
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { project as projectOf } from '../helpers/project.js'

const root = resolve(import.meta.dirname, '../../..')
const bin = join(root, 'generator/dist/bin.js')

const schema = '{ "type": "record", "name": "seed.LoginEvent", "fields": [{ "name": "user", "type": "string" }] }'
const manifest = `application: logins
topics:
  logins: { key: string, value: seed.LoginEvent }
  out: { key: string, value: long }
steps:
  source: { stream: logins }
  by-user: { groupBy: source, key: string }
  counts: { count: by-user }
  out: { sink: counts, topic: out }
`

const project = (
  t: ExecutionContext,
  files: Readonly<Record<string, string>> = { 'schemas/a.avsc': schema, 'schemas/logins.topology.yaml': manifest },
) => projectOf(t, files)

test('without a folder it takes ./schemas, prints what it wrote, and then has nothing to do', (t) => {
  const { gen, has } = project(t)
  const first = gen()
  t.is(first.status, 0)
  t.is(first.stderr, '')
  t.true(first.stdout.includes('wrote generated/logins.ts\nwrote generated/logins/app.ts\n'))
  t.true(has('generated/types/seed/login-event.ts'))
  const second = gen('schemas')
  t.deepEqual([second.status, second.stdout], [0, 'All is up to date.\n'])
})

test('inside the schema folder it takes that one', (t) => {
  const { folder, has } = project(t)
  const { status } = spawnSync(process.execPath, [bin], { cwd: join(folder, 'schemas'), encoding: 'utf8' })
  t.is(status, 0)
  t.true(has('generated/logins.ts'))
})

test('problems go to stderr with their places, exit with 1, and leave what was generated', (t) => {
  const { gen, write, has } = project(t)
  gen()
  write('schemas/logins.topology.yaml', manifest.replace('groupBy: source', 'groupBy: sorce').replace('topic: out', 'topic: oot'))
  const { status, stdout, stderr } = gen()
  t.is(status, 1)
  t.is(stdout, '')
  t.is(
    stderr,
    'schemas/logins.topology.yaml:7:23 unknown-step There is no step `sorce`.\n  Did you mean `source`?\n' +
      'schemas/logins.topology.yaml:9:31 unknown-topic There is no topic `oot`.\n  Did you mean `out`?\n',
  )
  t.true(has('generated/logins.ts'))
})

test('--check writes nothing: 0 if all is as it would be, 1 and a diff if not', (t) => {
  const { gen, write, has, read } = project(t)
  const before = gen('--check')
  t.is(before.status, 1)
  t.true(before.stdout.includes('--- /dev/null\n+++ b/generated/logins.ts\n@@ -0,0 +1,4 @@\n'))
  t.false(has('generated'))
  gen()
  t.deepEqual([gen('--check').status, gen('--check').stdout], [0, ''])
  write('schemas/logins.topology.yaml', manifest.replaceAll('source', 'events'))
  const topology = read('generated/logins/topology.ts')
  const { status, stdout } = gen('--check')
  t.is(status, 1)
  t.true(stdout.includes("-      { name: 'source', operator: 'stream'"))
  t.true(stdout.includes("+      { name: 'events', operator: 'stream'"))
  t.is(read('generated/logins/topology.ts'), topology)
})

test('a file that was edited by hand stops it, and nothing else is written; --force overwrites', (t) => {
  const { gen, write, read } = project(t)
  gen()
  const app = read('generated/logins/app.ts')
  write('generated/logins/app.ts', `${app}// mine\n`)
  write('schemas/logins.topology.yaml', manifest.replaceAll('source', 'events'))
  const topology = read('generated/logins/topology.ts')
  const { status, stderr } = gen()
  t.is(status, 1)
  t.true(stderr.startsWith('generated/logins/app.ts: it was edited by hand\n'))
  t.is(read('generated/logins/topology.ts'), topology)
  t.is(gen('--force').status, 0)
  t.is(read('generated/logins/app.ts'), app)
  t.not(read('generated/logins/topology.ts'), topology)
})

test('a file that it did not write stops it', (t) => {
  const { gen, write, read, has } = project(t)
  gen()
  write('generated/more.ts', '// mine\n')
  write('schemas/more.topology.yaml', manifest.replace('application: logins', 'application: more'))
  const { status, stdout, stderr } = gen()
  t.is(status, 1)
  t.is(stdout, '')
  t.is(stderr, 'generated/more.ts: gen did not write it\nNothing was written. Move that away, or overwrite it with gen --force.\n')
  t.is(read('generated/more.ts'), '// mine\n')
  t.false(has('generated/more/app.ts'))
  t.is(gen('--force').status, 0)
  t.true(has('generated/more/app.ts'))
})

test('a folder with other files in it is refused', (t) => {
  const { gen, write, has } = project(t)
  write('generated/notes.txt', 'mine\n')
  const { status, stderr } = gen()
  t.is(status, 1)
  t.true(stderr.startsWith('generated: it holds files, and gen did not write it\n'))
  t.false(has('generated/logins.ts'))
})

test('line ends that a checkout has changed are no edit', (t) => {
  const { gen, write, read } = project(t)
  gen()
  write('generated/logins/app.ts', read('generated/logins/app.ts').replaceAll('\n', '\r\n'))
  t.deepEqual([gen('--check').status, gen().status], [0, 0])
})

test('what it wrote earlier and does not write any more is removed, with empty folders', (t) => {
  const { gen, folder, has } = project(t)
  gen()
  rmSync(join(folder, 'schemas/logins.topology.yaml'))
  const { stdout } = gen()
  t.true(stdout.includes('removed generated/logins/app.ts\n'))
  t.true(has('generated/types/seed/login-event.ts'), 'schemas alone give types')
  t.deepEqual(readdirSync(join(folder, 'generated')).sort(), ['.millrace-gen.json', 'types'])
})

test('a link in place of a generated file or folder is not followed', (t) => {
  const { gen, folder, read, write } = project(t)
  gen()
  write('elsewhere.ts', '// mine\n')
  rmSync(join(folder, 'generated/logins.ts'))
  symlinkSync(join(folder, 'elsewhere.ts'), join(folder, 'generated/logins.ts'))
  t.is(gen('--force').status, 1)
  t.is(read('elsewhere.ts'), '// mine\n')
})

test('a list of files that names others than its own removes nothing', (t) => {
  const { gen, write, has } = project(t)
  gen()
  write('precious.ts', '// mine\n')
  write('generated/.millrace-gen.json', '{ "files": { "../precious.ts": "0" } }')
  t.is(gen().status, 1)
  gen('--force')
  t.true(has('precious.ts'))
})

test('generated code of two merged branches is generated anew, whatever git made of it; what git did not touch may not be edited', (t) => {
  const { gen, git, read, write } = project(t)
  write('schemas/b.avsc', '{ "type": "enum", "name": "seed.Colour", "symbols": ["RED"] }')
  write('.gitattributes', 'topology.lock.json merge=ours\n')
  git('init', '--quiet')
  git('config', 'merge.ours.driver', 'true')
  const commit = (field: string) => {
    write('schemas/a.avsc', schema.replace('}]', `}, { "name": "${field}", "type": "int", "default": 0 }]`))
    gen()
    git('add', '.')
    git('commit', '--quiet', '--message', field)
  }
  commit('base')
  git('checkout', '--quiet', '-b', 'other')
  commit('other')
  git('checkout', '--quiet', 'main')
  commit('mine')
  t.throws(() => git('merge', '--quiet', 'other'))
  t.true(read('generated/.millrace-gen.json').includes('<<<<<<<'))
  t.true(read('generated/types/seed/login-event.ts').includes('<<<<<<<'))
  write('schemas/a.avsc', schema)

  const colour = read('generated/types/seed/colour.ts')
  write('generated/types/seed/colour.ts', `${colour}// mine\n`)
  t.true(gen().stderr.startsWith('generated/types/seed/colour.ts: it was edited by hand\n'))
  write('generated/types/seed/colour.ts', colour)
  t.is(gen().status, 0)
  t.is(gen('--check').status, 0)
})

test('a manifest cannot write outside of where gen runs', (t) => {
  const { gen, write, folder } = project(t)
  write('schemas/logins.topology.yaml', `output: ../../millrace-elsewhere\n${manifest}`)
  const { status, stderr } = gen()
  t.is(status, 1)
  t.true(stderr.startsWith('schemas/logins.topology.yaml:1:9 invalid-option '))
  t.false(existsSync(join(folder, '../millrace-elsewhere')))
})

test('--stubs lays a subclass for each abstract class, once', (t) => {
  const { gen, read, write, folder } = project(t)
  const { status, stdout } = gen('--stubs', 'src/steps')
  t.is(status, 0)
  t.true(stdout.includes('wrote src/steps/by-user.ts\n'))
  t.true(read('src/steps/by-user.ts').includes("import { ByUser } from '../../generated/logins.js'"))
  write('src/steps/by-user.ts', 'export class Mine extends ByUser {}\n')
  t.is(gen('--stubs', 'src/steps').stdout, 'All is up to date.\n')
  rmSync(join(folder, 'src/steps/by-user.ts'))
  write('src/steps/all.ts', 'class Mine extends ByUser {}\n')
  t.is(gen('--stubs', 'src/steps').stdout, 'All is up to date.\n')
})

test('--describe prints sub-topologies, stores and internal topics, and writes nothing', (t) => {
  const { gen, has } = project(t)
  const text = gen('--describe')
  t.is(text.status, 0)
  t.true(text.stdout.includes('  Sub-topology 1\n'))
  t.true(text.stdout.includes('logins-by-user-repartition (repartition)'))
  const [json] = JSON.parse(gen('--describe', '--format', 'json').stdout)
  t.deepEqual(
    json.internalTopics.map(({ name }: { name: string }) => name),
    ['logins-by-user-repartition', 'logins-counts-changelog', 'logins-state-schemas'],
  )
  t.true(gen('--describe', '--format', 'mermaid').stdout.startsWith('flowchart TB\n'))
  t.false(has('generated'))
})

test('--import-extension decides what imports of siblings end with', (t) => {
  const { gen, read } = project(t)
  gen('--import-extension', 'ts')
  t.true(read('generated/logins.ts').includes("from './logins/app.ts'"))
  gen('--import-extension', 'none')
  t.true(read('generated/logins/app.ts').includes("from './topology'\n"))
})

test('a wrong command exits with 2 and says how it is meant', (t) => {
  const { gen } = project(t)
  for (const args of [
    ['--chekc'],
    ['a', 'b'],
    ['nowhere'],
    ['--import-extension', 'mjs'],
    ['--format', 'json'],
    ['--describe', '--format', 'svg'],
  ]) {
    const { status, stdout, stderr } = gen(...args)
    t.is(status, 2, args.join(' '))
    t.is(stdout, '')
    t.true(stderr.startsWith('gen: '))
    t.true(stderr.endsWith('Try gen --help.\n'))
  }
})

test('a disk that takes no more is told in a line, and leaves what was there; with room again it goes on', (t) => {
  const { gen, folder, has } = project(t)
  const full = `
    import fs from 'node:fs'
    import { syncBuiltinESMExports } from 'node:module'
    const real = fs.writeFileSync
    fs.writeFileSync = (path, ...rest) => {
      if (path.includes('processors')) throw Object.assign(new Error('ENOSPC: no space left on device, write'), { syscall: 'write', code: 'ENOSPC' })
      return real(path, ...rest)
    }
    syncBuiltinESMExports()`
  const preload = `data:text/javascript,${encodeURIComponent(full)}`
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', preload, bin], { cwd: folder, encoding: 'utf8' })
  t.is(status, 1)
  t.is(stdout, '')
  t.is(stderr, 'gen: generated cannot be written (ENOSPC: no space left on device, write).\n')
  t.false(has('generated/logins.ts') || has('generated/.millrace-gen.json.millrace-new') || has('schemas/topology.lock.json'))
  t.is(gen().status, 0)
})

test('an option that is misspelt is told with the one that is meant', (t) => {
  const { gen } = project(t)
  t.is(gen('--chekc').stderr, 'gen: There is no option --chekc. Did you mean `--check`?\nTry gen --help.\n')
  t.is(
    gen('lint', '--max-warning=1').stderr,
    'gen: There is no option --max-warning. Did you mean `--max-warnings`?\nTry gen lint --help.\n',
  )
  t.is(gen('-x').stderr, 'gen: There is no option -x.\nTry gen --help.\n')
})

test('a folder that goes away while it looks is none; one that cannot be read is told', (t) => {
  const { folder } = project(t, { 'schemas/a.avsc': schema, 'schemas/other/b.avsc': schema })
  const genWith = (code: string) => {
    const failing = `
      import fs from 'node:fs'
      import { syncBuiltinESMExports } from 'node:module'
      const real = fs.readdirSync
      fs.readdirSync = (path, ...rest) => {
        if (/\\bother$/.test(path)) throw Object.assign(new Error('failing'), { code: '${code}' })
        return real(path, ...rest)
      }
      syncBuiltinESMExports()`
    const preload = `data:text/javascript,${encodeURIComponent(failing)}`
    return spawnSync(process.execPath, ['--import', preload, bin, '--no-lock'], { cwd: folder, encoding: 'utf8' })
  }
  t.is(genWith('ENOENT').status, 0)
  const { status, stderr } = genWith('EACCES')
  t.is(status, 2)
  t.true(stderr.startsWith('gen: The folder schemas/other cannot be read (EACCES).\n'))
})

test('a folder without schemas and topologies is a wrong command', (t) => {
  const { gen } = project(t, { 'readme.txt': '' })
  t.is(gen().status, 2)
})

test('a project without inline logic loads no compiler once it is up to date', (t) => {
  const { gen, folder } = project(t)
  gen()
  const loaded = `import { createRequire } from 'node:module'
    process.on('exit', () => console.log(Object.keys(createRequire('/').cache).filter((path) => path.endsWith('typescript.js')).length))`
  const hook = `data:text/javascript,${encodeURIComponent(loaded)}`
  const compilers = () => spawnSync(process.execPath, ['--import', hook, bin], { cwd: folder, encoding: 'utf8' }).stdout
  t.is(compilers(), 'All is up to date.\n0\n')
  writeFileSync(
    join(folder, 'schemas/logins.topology.yaml'),
    manifest.replace('key: string }\n  counts', 'key: string, groupKey: value.user }\n  counts'),
  )
  t.true(compilers().endsWith('\n1\n'), 'inline logic needs one')
})

test('inline logic may import from the runtime, which need not be installed where gen runs', (t) => {
  const steps = 'steps:\n  source: { stream: in }\n  end: { forEach: source, with: void Decimal.of(value).scale }\n'
  const text = `application: a\nimports: { millrace: [Decimal] }\ntopics: { in: { key: string, value: string } }\n${steps}`
  const { gen, read, write } = project(t, { 'schemas/a.topology.yaml': text })
  t.deepEqual([gen().status, read('generated/a/processors.ts').includes("import { Decimal } from 'millrace'\n")], [0, true])
  write('schemas/a.topology.yaml', text.replace('.scale', '.scales'))
  t.regex(gen().stderr, /^schemas\/a\.topology\.yaml:6:\d+ logic-type Property 'scales' does not exist on type 'Decimal'/)
})

test('--help and --version', (t) => {
  const { gen } = project(t)
  t.true(gen('--help').stdout.startsWith('Usage: gen [folder] [options]\n'))
  t.regex(gen('-v').stdout, /^\d+\.\d+\.\d+\n$/)
})
