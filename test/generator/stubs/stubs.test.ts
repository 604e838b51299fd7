/**
 * Goal: the user's step classes grow with the manifest: what is missing is added, what is there stays byte for byte, and nothing is ever removed.
 * Method: each folder of cases/ has schemas/ and src/, as somebody left it; expected/ is what `gen --stubs src` changes of src, told.txt what it says.
 * UPDATE_CASES=1 rewrites both. All of it is then compiled by tsc against the generated code.
 */
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative, resolve } from 'node:path'
import test from 'ava'
import { diagnosticsPage } from '#generator/docs.js'
import { stubCodes } from '#generator/emit/stubs/stub-codes.js'
import { genIn } from '../../helpers/project.js'

const root = resolve(import.meta.dirname, '../../../..')
const cases = join(root, 'test/generator/stubs/cases')
const update = process.env.UPDATE_CASES === '1'
const names = readdirSync(cases, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []))
const work = mkdtempSync(join(tmpdir(), 'millrace-stubs-'))
test.after.always(() => rmSync(work, { recursive: true, force: true }))
writeFileSync(join(work, 'package.json'), '{ "type": "module" }')
symlinkSync(join(root, 'node_modules'), join(work, 'node_modules'))

const compilerOptions = {
  target: 'ES2023',
  lib: ['ES2023', 'ESNext.Disposable'],
  module: 'nodenext',
  types: ['node'],
  noEmit: true,
  strict: true,
  exactOptionalPropertyTypes: true,
  noImplicitOverride: true,
  noUnusedLocals: true,
  noUnusedParameters: true,
  verbatimModuleSyntax: true,
  isolatedModules: true,
  erasableSyntaxOnly: true,
  skipLibCheck: true,
}

/** A copy of a case to run in, its texts changed by `change`. */
function copy(name: string, change: (text: string) => string = (text) => text, suffix = ''): string {
  const folder = join(work, name + suffix)
  cpSync(join(cases, name, 'schemas'), join(folder, 'schemas'), { recursive: true })
  for (const [path, text] of filesBelow(join(cases, name, 'src'))) write(join(folder, 'src', path), change(text))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: { ...compilerOptions, paths: { '@gen/*': ['./generated/*'] } } }),
  )
  return folder
}

function filesBelow(folder: string): ReadonlyMap<string, string> {
  if (!existsSync(folder)) return new Map()
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true }).filter((entry) => entry.isFile())
  const paths = entries.map((entry) => relative(folder, join(entry.parentPath, entry.name))).sort()
  return new Map(paths.map((path) => [path, readFileSync(join(folder, path), 'utf8')]))
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}

/** Files of `after` that `before` has not, or not so. */
function changed(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  return new Map([...after].filter(([path, text]) => before.get(path) !== text))
}

/** Is all of `before` in `after`, in its order? */
function isKept(before: string, after: string): boolean {
  let at = 0
  for (const character of after) if (character === before[at]) at += 1
  return at === before.length
}

const stubLines = (stderr: string) => stderr.replace(/^.*(?:unused|invalid)-.*\n(?: {2}.*\n)*/gm, '')

for (const name of names) {
  test.serial(name, async (t) => {
    const folder = copy(name)
    const before = filesBelow(join(folder, 'src'))
    const [expectedFolder, toldFile] = [join(cases, name, 'expected'), join(cases, name, 'told.txt')]
    const { status, stderr } = await genIn(folder, '--stubs', 'src')
    t.is(status, 0, stderr)
    const made = changed(before, filesBelow(join(folder, 'src')))
    const told = stubLines(stderr)
    if (update) {
      for (const path of [expectedFolder, toldFile]) rmSync(path, { recursive: true, force: true })
      if (told !== '') writeFileSync(toldFile, told)
      for (const [path, text] of made) write(join(expectedFolder, path), text)
    }
    t.is(told, existsSync(toldFile) ? readFileSync(toldFile, 'utf8') : '')
    t.deepEqual(Object.fromEntries(made), Object.fromEntries(filesBelow(expectedFolder)))
    for (const [path, text] of made) t.true(isKept(before.get(path) ?? '', text), path)
    const again = await genIn(folder, '--stubs', 'src')
    t.is(again.stdout, 'All is up to date.\n')
    t.is(stubLines(again.stderr), told)
  })

  test.serial(`${name}, with the line ends of Windows and a byte order mark`, async (t) => {
    const windows = (text: string) => `\uFEFF${text.replaceAll('\n', '\r\n')}`
    const folder = copy(name, windows, '-windows')
    const before = filesBelow(join(folder, 'src'))
    await genIn(folder, '--stubs', 'src')
    const made = changed(before, filesBelow(join(folder, 'src')))
    const expected = [...filesBelow(join(cases, name, 'expected'))].map(([path, text]) => [path, before.has(path) ? windows(text) : text])
    t.deepEqual(Object.fromEntries(made), Object.fromEntries(expected))
  })

  test.serial(`${name}: --check tells what would be added, and writes nothing`, async (t) => {
    const folder = copy(name, undefined, '-check')
    await genIn(folder)
    const before = filesBelow(folder)
    const expected = filesBelow(join(cases, name, 'expected'))
    const { status, stdout } = await genIn(folder, '--stubs', 'src', '--check')
    t.is(status, expected.size > 0 ? 1 : 0)
    for (const path of expected.keys()) t.true(stdout.includes(`+++ b/src/${path}\n`))
    t.deepEqual(filesBelow(folder), before)
  })
}

test.serial('what has grown compiles', async (t) => {
  // What is told of these is what the compiler would say.
  const whole = names.filter((name) => !['removed', 'in-the-way', 'mixins'].includes(name))
  for (const name of whole) {
    await genIn(copy(name, undefined, '-compiled'), '--stubs', 'src')
  }
  for (const name of whole) {
    const tsc = join(root, 'node_modules/typescript/bin/tsc')
    const { stdout } = spawnSync(process.execPath, [tsc, '-p', join(work, `${name}-compiled`)], { encoding: 'utf8' })
    t.is(stdout, '', name)
  }
})

test.serial('a file keeps its mode, and a kill leaves no half of it', async (t) => {
  const folder = copy('methods', undefined, '-mode')
  chmodSync(join(folder, 'src/rows.ts'), 0o640)
  await genIn(folder, '--stubs', 'src')
  t.is(statSync(join(folder, 'src/rows.ts')).mode & 0o777, 0o640)
  t.deepEqual([...filesBelow(join(folder, 'src')).keys()], ['rows.ts', 'totals.ts'])
})

test.serial('where the generated folder is not gen’s, no user code is touched', async (t) => {
  const folder = copy('methods', undefined, '-refused')
  const before = filesBelow(join(folder, 'src'))
  write(join(folder, 'generated/mine.txt'), 'mine')
  t.is((await genIn(folder, '--stubs', 'src')).status, 1)
  t.deepEqual(filesBelow(join(folder, 'src')), before)
})

test.serial('what is in the way of a new file or its folder is left alone, and told', async (t) => {
  const inTheWay = async (name: string, target: string, lay: (path: string, elsewhere: string) => void): Promise<void> => {
    const folder = copy('new-classes', undefined, `-${name}`)
    const second = readFileSync(join(folder, 'schemas/new-classes.topology.yaml'), 'utf8').replace('new-classes', 'second')
    if (target === 'new-classes') write(join(folder, 'schemas/second.topology.yaml'), second)
    for (const each of ['src', 'elsewhere']) mkdirSync(join(folder, each))
    lay(join(folder, 'src', target), join(folder, 'elsewhere'))
    const { status, stderr } = await genIn(folder, '--stubs', 'src')
    t.is(status, 0, stderr)
    t.regex(stderr, new RegExp(`^src/${target.replace('.ts', '')}[^:]*\\.ts:1:1 stub-file-taken `, 'm'))
    t.deepEqual(readdirSync(join(folder, 'elsewhere')), [])
    t.false(lstatSync(join(folder, 'src', target)).isDirectory())
  }
  await inTheWay('file-link', 'by-user.ts', (path, elsewhere) => symlinkSync(elsewhere, path))
  await inTheWay('lost-link', 'by-user.ts', (path, elsewhere) => symlinkSync(join(elsewhere, 'x.ts'), path))
  await inTheWay('folder-link', 'new-classes', (path, elsewhere) => symlinkSync(elsewhere, path))
  await inTheWay('file-for-folder', 'new-classes', (path) => writeFileSync(path, ''))
})

test.serial('generated code, declarations and packages below the folder are not the user’s', async (t) => {
  const folder = copy('new-classes', undefined, '-whole')
  write(join(folder, 'src/types.d.ts'), 'declare class Mine extends ByUser {}\n')
  write(join(folder, 'src/node_modules/a/index.ts'), 'class Mine extends ByUser {}\n')
  write(join(folder, 'millrace.config.json'), '{ "output": "src/generated", "stubs": "src" }')
  t.regex((await genIn(folder)).stdout, /wrote src\/by-user.ts\n/)
  t.is((await genIn(folder)).stdout, 'All is up to date.\n')
})

test.serial('every code is told in a case, and stands in docs/diagnostics.md', (t) => {
  const told = names
    .flatMap((name) => [...filesBelow(join(cases, name))].flatMap(([path, text]) => (path === 'told.txt' ? [text] : [])))
    .join('')
  for (const code of Object.keys(stubCodes)) {
    t.true(told.includes(` ${code} `), code)
    t.true(diagnosticsPage().includes(`| \`${code}\` `), code)
  }
})
