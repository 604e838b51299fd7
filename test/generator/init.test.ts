/**
 * Goal: `gen init` lays a project that works as it is, and takes nothing from who has one. Method: the real program in folders of its own; that what it lays installs,
 * compiles, runs and passes its tests is shown by scripts/packed.mjs.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import test from 'ava'
import { extendPackageJson } from '#generator/init/package-json.js'
import { projectName } from '#generator/init/project-files.js'
import { temporaryDirectories } from '../helpers/directories.js'

const root = resolve(import.meta.dirname, '../../..')
const bin = join(root, 'generator/dist/bin.js')
const directory = temporaryDirectories(test)

function gen(cwd: string, ...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...args], { cwd, encoding: 'utf8' })
  return { status, stdout, stderr }
}

function filesOf(folder: string): Readonly<Record<string, string>> {
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true }).filter((entry) => entry.isFile())
  return Object.fromEntries(entries.map((entry) => join(entry.parentPath, entry.name)).map((path) => [path, readFileSync(path, 'utf8')]))
}

test('it lays a project, whose code is generated and has nothing to complain of', (t) => {
  const folder = directory()
  const { status, stdout, stderr } = gen(folder, 'init', 'My Job')
  t.deepEqual([status, stderr], [0, ''])
  for (const path of [
    'package.json',
    '.gitignore',
    'schemas/orders.topology.yaml',
    'src/main.ts',
    'test/orders.test.ts',
    'generated/orders.ts',
  ]) {
    t.true(stdout.includes(`wrote My Job/${path}\n`), path)
    t.true(existsSync(join(folder, 'My Job', path)), path)
  }
  t.true(stdout.includes("\nNext:\n  cd 'My Job'\n  npm install\n  npm start "))
  const project = join(folder, 'My Job')
  t.is(JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')).name, 'my-job')
  t.true(readFileSync(join(project, 'schemas/orders.topology.yaml'), 'utf8').includes('\napplication: my-job\n'))
  t.deepEqual(gen(project, '--check'), { status: 0, stdout: '', stderr: '' })
})

test('a second time, and with files of the user, it changes nothing that is there, and tells so', (t) => {
  const folder = directory()
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  write('src/main.ts', '// mine\n')
  write('README.md', '')
  const first = gen(folder, 'init', '--name', 'shop')
  t.true(first.stdout.includes('kept src/main.ts, which is there\n') && first.stdout.includes('kept README.md, which is there\n'))
  t.is(readFileSync(join(folder, 'src/main.ts'), 'utf8'), '// mine\n')
  const before = filesOf(folder)
  const second = gen(folder, 'init')
  t.is(second.status, 0)
  t.false(second.stdout.includes('wrote '))
  t.true(second.stdout.includes('kept package.json, which has all that is needed\n'))
  t.deepEqual(filesOf(folder), before)
})

test('a package.json gets what it lacks, and is else as it was', (t) => {
  const folder = directory()
  const own = {
    name: 'mine',
    type: 'module',
    scripts: { start: 'node mine.js', test: 'echo "Error: no test specified" && exit 1' },
    devDependencies: { millrace: 'file:../millrace' },
    workspaces: ['a'],
  }
  writeFileSync(join(folder, 'package.json'), JSON.stringify(own, null, '\t'))
  const { status, stdout, stderr } = gen(folder, 'init')
  t.deepEqual([status, stderr], [0, ''])
  t.true(stdout.startsWith('added scripts.gen, scripts.gen:check, scripts.build, scripts.test, devDependencies.@millrace/gen, '))
  const text = readFileSync(join(folder, 'package.json'), 'utf8')
  const { scripts, devDependencies, dependencies, ...rest } = JSON.parse(text)
  t.deepEqual(rest, { name: 'mine', type: 'module', workspaces: ['a'] })
  t.is(scripts.start, 'node mine.js')
  t.regex(scripts.test, /node --test/)
  t.is(devDependencies.millrace, 'file:../millrace')
  t.is(dependencies, undefined)
  t.true(text.includes('\n\t"name": "mine"'), 'its indentation stays')
})

test('what cannot be is told, and then nothing is laid', (t) => {
  const folder = directory()
  writeFileSync(join(folder, 'package.json'), '{ broken')
  t.deepEqual(gen(folder, 'init'), {
    status: 2,
    stdout: '',
    stderr: 'gen: package.json cannot be read as a package.json: mend it first.\nTry gen init --help.\n',
  })
  t.is(gen(folder, 'init', '--name', '../up').status, 2)
  t.is(gen(folder, 'init', 'a', 'b').status, 2)
  writeFileSync(join(folder, 'file'), '')
  t.regex(gen(folder, 'init', 'file').stderr, /^gen: file\/package\.json cannot be written: /)
  t.deepEqual(readdirSync(folder).sort(), ['file', 'package.json'])
})

test('a project of CommonJS is told what generated code needs', (t) => {
  const folder = directory()
  writeFileSync(join(folder, 'package.json'), '{ "name": "old" }\n')
  const { status, stderr } = gen(folder, 'init')
  t.is(status, 0)
  t.is(stderr, 'package.json: generated code is ECMAScript modules, which need "type": "module" there\n')
})

test('names of folders become names of packages and applications', (t) => {
  t.deepEqual(['orders', 'My Orders', '.hidden', '2nd', 'Ünicode', '...'].map(projectName), [
    'orders',
    'my-orders',
    'hidden',
    'stream-job',
    'nicode',
    'stream-job',
  ])
})

test('what is no package.json is not extended', (t) => {
  for (const text of ['', '[]', '"text"', '{ "scripts": [] }', '{ "dependencies": "none" }']) t.is(extendPackageJson(text, '{}'), undefined)
  t.deepEqual(extendPackageJson('\uFEFF{}', '{}'), { text: '\uFEFF{}', added: [] })
})
