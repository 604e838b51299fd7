/** Goal: the architecture stays what ARCHITECTURE.md draws. Method: read every import and every file, and hold them against the table. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import test from 'ava'

const root = resolve(import.meta.dirname, '../..')

interface Source {
  readonly path: string
  readonly text: string
  /** Files of the project that it imports, and names of packages; types count too. */
  readonly imports: readonly string[]
}

function sources(folder: string): Source[] {
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter(
      (entry) => entry.isFile() && entry.name.endsWith('.ts') && !/(^|\/)(dist|node_modules|cases|expected)(\/|$)/.test(entry.parentPath),
    )
    .map((entry) => {
      const file = join(entry.parentPath, entry.name)
      const text = readFileSync(file, 'utf8')
      const imports = [
        ...text.matchAll(
          /^(?:import|export)\s[^'"`;]*?from\s+['"]([^'"]+)['"]|^import\s+['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/gm,
        ),
      ]
        .map((match) => match[1] ?? match[2] ?? match[3] ?? '')
        .map((name) => (name.startsWith('.') ? relative(root, resolve(dirname(file), name)).replace(/\.js$/, '.ts') : name))
      return { path: relative(root, file), text, imports }
    })
}

const runtime = sources('runtime')
const generator = sources('generator')

/**
 * Folder to what it may import beside itself. Entries of the runtime (index.ts, codegen.ts, …) re-export what they like; files at the generator's root are
 * above its folders, but for those that all may import, and only `commands` is above them.
 */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  'runtime/core': [],
  'runtime/serde': ['runtime/core'],
  'runtime/stores': ['runtime/core', 'runtime/serde'],
  'runtime/topology': ['runtime/core', 'runtime/serde', 'runtime/stores', 'runtime/operators'],
  'runtime/operators': ['runtime/core', 'runtime/serde', 'runtime/stores', 'runtime/topology'],
  'runtime/client': ['runtime/core'],
  'runtime/changelog': ['runtime/core', 'runtime/stores', 'runtime/client'],
  'runtime/tasks': ['runtime/core', 'runtime/serde', 'runtime/topology', 'runtime/stores', 'runtime/changelog', 'runtime/client'],
  'runtime/registry': ['runtime/core', 'runtime/serde'],
  'runtime/reset': ['runtime/core', 'runtime/client'],
  'runtime/app': [
    'runtime/core',
    'runtime/registry',
    'runtime/serde',
    'runtime/topology',
    'runtime/stores',
    'runtime/changelog',
    'runtime/client',
    'runtime/tasks',
  ],
  'generator/avro': [],
  'generator/input': ['generator/avro'],
  'generator/model': ['generator/avro', 'generator/input'],
  'generator/operators': ['generator/avro', 'generator/input', 'generator/model'],
  'generator/topology': ['generator/avro', 'generator/input', 'generator/model', 'generator/operators'],
  'generator/emit': ['generator/avro', 'generator/input', 'generator/model', 'generator/operators'],
  'generator/lock': ['generator/avro', 'generator/input', 'generator/model', 'generator/topology'],
  'generator/compat': ['generator/avro', 'generator/input', 'generator/model', 'generator/lock'],
  'generator/lint': ['generator/avro', 'generator/input', 'generator/model', 'generator/lock'],
  'generator/init': ['generator/emit'],
  'generator/watch': [],
}

/** What all of the generator may import. */
const common: ReadonlySet<string> = new Set(
  ['diagnostics', 'diagnostic-codes', 'file-names', 'file-stamp', 'kept', 'kept-files', 'suggest', 'typescript', 'version'].map(
    (name) => `generator/${name}.ts`,
  ),
)

/** The one place that loads entries with libraries behind them, when an app needs one. */
const loads = (path: string, name: string) => path === 'runtime/app/connect.ts' && /^runtime\/(kafkajs|lmdb)\.ts$/.test(name)

const folderOf = (path: string) => path.split('/').slice(0, 2).join('/')

test('each folder imports only the layers below it', (t) => {
  const wrong = [...runtime, ...generator].flatMap((source) => {
    const allowed = common.has(source.path) ? [] : mayImport[folderOf(source.path)]
    if (allowed === undefined) return []
    return source.imports
      .filter((name) => !loads(source.path, name) && !common.has(name))
      .filter((name) => /^(?:runtime|generator)\//.test(name) && folderOf(name) !== folderOf(source.path))
      .filter((name) => !allowed.includes(folderOf(name)))
      .map((name) => `${source.path} imports ${name}`)
  })
  t.deepEqual(wrong, [])
})

test('only cli.ts imports commands', (t) => {
  const wrong = generator.filter(({ path, imports }) => {
    return folderOf(path) !== 'generator/commands' && imports.some((name) => folderOf(name) === 'generator/commands')
  })
  t.deepEqual(
    wrong.map(({ path }) => path),
    ['generator/cli.ts'],
  )
})

test('nothing imports runtime/testing but its entry, and no adapter is imported but by its entry', (t) => {
  const wrong = runtime.flatMap((source) =>
    source.imports
      .filter(
        (name) =>
          (name.startsWith('runtime/testing/') && !source.path.startsWith('runtime/testing')) ||
          (name.startsWith('runtime/client/kafkajs/') && !/^runtime\/(client\/kafkajs\/|kafkajs\.ts)/.test(source.path)) ||
          (name.startsWith('runtime/client/embedded/') && !/^runtime\/(client\/embedded\/|embedded\.ts|testing\/)/.test(source.path)),
      )
      .map((name) => `${source.path} imports ${name}`),
  )
  t.deepEqual(wrong, [])
})

test('each library has one door', (t) => {
  const doors: Readonly<Record<string, RegExp>> = {
    lmdb: /^runtime\/stores\/lmdb/,
    'node:https': /^runtime\/registry\/http\.ts$/,
    kafkajs: /^runtime\/client\/kafkajs\//,
    handlebars: /^generator\/emit\/render\.ts$/,
    avsc: /^generator\/input\//,
    '@ts-morph/common': /^generator\/typescript\.ts$/,
    yaml: /^generator\/(input|operators)\//,
  }
  const wrong = [...runtime, ...generator].flatMap((source) =>
    source.imports
      .filter((name) => doors[name] !== undefined && !doors[name].test(source.path))
      .map((name) => `${source.path} imports ${name}`),
  )
  t.deepEqual(wrong, [])
})

test('no import cycles', (t) => {
  const graph = new Map([...runtime, ...generator].map((source) => [source.path, source.imports.filter((name) => name.endsWith('.ts'))]))
  const done = new Set<string>()
  const cycles: string[] = []
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) {
      cycles.push([...trail.slice(trail.indexOf(path)), path].join(' → '))
      return
    }
    if (done.has(path)) return
    for (const next of graph.get(path) ?? []) visit(next, [...trail, path])
    done.add(path)
  }
  for (const path of graph.keys()) visit(path, [])
  t.deepEqual(cycles, [])
})

test('files are small, and nothing unfinished is left behind', (t) => {
  const marker = new RegExp(`\\b(${['TO', 'FIX'].map((word) => `${word}${word === 'TO' ? 'DO' : 'ME'}`).join('|')})\\b`)
  const wrong = [...runtime, ...generator]
    .filter((source) => !source.path.endsWith('emit/templates.ts'))
    .flatMap((source) => [
      ...(source.text.split('\n').length > 500 ? [`${source.path} is longer than 500 lines`] : []),
      ...(marker.test(source.text) ? [`${source.path} has a marker of unfinished work`] : []),
    ])
  t.deepEqual(wrong, [])
})

test('time and chance are passed in', (t) => {
  const wrong = runtime
    .filter((source) => /^runtime\/(tasks|changelog|stores|operators|topology)\//.test(source.path))
    .filter((source) => /\bDate\.now\(|\bMath\.random\(|\bsetTimeout\(|\bsetInterval\(/.test(source.text))
    .map((source) => source.path)
  t.deepEqual(wrong, [])
})
