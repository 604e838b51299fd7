import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { isDeepStrictEqual } from 'node:util'
import { formatDiagnostic, hasErrors } from '#generator/diagnostics.js'
import { checkInline } from '#generator/emit/check-inline.js'
import { MemoryCompiler } from '#generator/emit/memory-compiler.js'
import { type Generated, generate } from '#generator/generate.js'
import { RandomSchema } from '../../conformance/avro/random-schema.js'
import { Random } from '../../helpers/random.js'
import { corpus, type Folder } from './corpus.js'
import { Mutations } from './mutations.js'

const root = resolve(import.meta.dirname, '../../../..')

/** Input that gen took, with what it made. */
interface Accepted {
  readonly name: string
  readonly input: Folder
  readonly generated: Generated
}

/**
 * Hands gen one folder after the other, random or spoilt, from a seed. Whatever it says has a place within a file and is said again the second time;
 * what it takes is compiled, all of a round at once, loaded, and built into a topology.
 */
export class Fuzzer {
  readonly seed: number
  /** What is wrong, each with the input that shows it. */
  readonly finds: string[] = []
  runs = 0
  accepted = 0
  readonly #random: Random
  readonly #corpus = corpus()
  readonly #mutations: Mutations

  constructor(seed: number) {
    this.seed = seed
    this.#random = new Random(seed)
    this.#mutations = new Mutations(this.#random, this.#corpus)
  }

  /** As many folders, and then one look by the compiler at all that was taken. */
  async round(runs: number): Promise<void> {
    const taken: Accepted[] = []
    for (let left = runs; left > 0; left -= 1) {
      const name = `run-${this.runs}`
      this.runs += 1
      const accepted = this.#run(name, this.#next())
      if (accepted !== undefined) taken.push(accepted)
    }
    const folder = join(root, 'build/fuzz', String(this.seed))
    try {
      await this.#compile(folder, this.#withRightLogic(folder, taken))
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }

  #next(): Folder {
    if (!this.#random.chance(0.2)) return this.#mutations.spoil(this.#random.pick(this.#corpus))
    const schemas = [1, 2].map(() => new RandomSchema(this.#random, true).record('fuzz'))
    const type = `fuzz.${schemas[0]!.name}`
    const manifest = `application: fuzz\ntopics:\n  t: { key: string, value: ${type} }\nsteps:\n  in: { stream: t }\n  out: { sink: in, topic: t }\n`
    const folder = new Map([
      ['a.avsc', JSON.stringify(schemas[0])],
      ['b.avsc', JSON.stringify(schemas[1])],
      ['fuzz.topology.yaml', manifest],
    ])
    return this.#random.chance(0.5) ? folder : this.#mutations.spoil(folder)
  }

  #run(name: string, input: Folder): Accepted | undefined {
    const files = [...input].map(([path, content]) => ({ path: `${name}/schemas/${path}`, content }))
    const options = { folder: `${name}/schemas`, base: join(root, 'build/fuzz', String(this.seed)) }
    try {
      const generated = generate(files, options)
      this.#checkPlaces(name, input, generated)
      if (this.#random.chance(0.2)) {
        const again = generate([...files].reverse(), options)
        const said = ({ diagnostics, folders }: Generated) => ({ folders, diagnostics: diagnostics.map(formatDiagnostic) })
        if (!isDeepStrictEqual(said(generated), said(again))) this.#find('the order of the files decides', input)
      }
      if (hasErrors(generated.diagnostics)) return undefined
      this.accepted += 1
      // What modules outside export is not gen's to know.
      return generated.topologies.some(({ imports }) => imports.length > 0) ? undefined : { name, input, generated }
    } catch (error) {
      this.#find(`gen threw ${error instanceof Error ? error.stack : error}`, input)
      return undefined
    }
  }

  #checkPlaces(name: string, input: Folder, { diagnostics }: Generated): void {
    const lines = new Map([...input].map(([path, text]) => [`${name}/schemas/${path}`, text.split(/\r\n|[\r\n]/)]))
    for (const diagnostic of diagnostics) {
      const { file, line, column } = diagnostic.place
      const text = lines.get(file)?.[line - 1]
      const inside = text !== undefined && column >= 1 && column <= text.length + 1
      if (!inside) this.#find(`no such place: ${formatDiagnostic(diagnostic)}`, input)
    }
  }

  /** Without those whose inline logic does not compile, which gen tells in its place. */
  #withRightLogic(folder: string, taken: readonly Accepted[]): readonly Accepted[] {
    const topologies = taken.flatMap(({ generated }) => generated.topologies)
    const outputs = taken.flatMap(({ generated }) =>
      generated.folders.map(({ path, files }) => [path, { path: join(folder, path), files }] as const),
    )
    const problems = checkInline(topologies, new Map(outputs), new MemoryCompiler())
    const wrong = new Set(problems.map(({ place }) => place.file.split('/')[0]))
    return taken.filter(({ name }) => !wrong.has(name))
  }

  async #compile(folder: string, taken: readonly Accepted[]): Promise<void> {
    for (const { generated } of taken) {
      for (const { path, files } of generated.folders) {
        for (const [file, text] of files) {
          mkdirSync(dirname(join(folder, path, file)), { recursive: true })
          writeFileSync(join(folder, path, file), text)
        }
      }
    }
    if (taken.length === 0) return
    // What inline logic declares in vain is its author's to see.
    const compilerOptions = { noEmit: false, outDir: 'out', rootDir: '.', noUnusedLocals: false }
    const config = { extends: join(root, 'test/generator/cases/tsconfig.json'), compilerOptions, include: ['run-*/**/*.ts'] }
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
    const tsc = join(root, 'node_modules/typescript/bin/tsc')
    const { stdout } = spawnSync(process.execPath, [tsc, '-p', folder], { cwd: folder, encoding: 'utf8', maxBuffer: 1 << 28 })
    for (const { name, input } of taken) {
      const lines = stdout.split('\n').filter((line) => line.startsWith(`${name}/`))
      if (lines.length > 0) this.#find(`what gen made does not compile: ${lines.slice(0, 3).join('\n')}`, input)
    }
    for (const accepted of taken) await this.#load(join(folder, 'out'), accepted)
  }

  async #load(folder: string, { input, generated }: Accepted): Promise<void> {
    const { buildTopology } = await import('millrace/topology')
    try {
      for (const { path, files } of generated.folders) {
        for (const file of files.keys()) {
          const module = await import(pathToFileURL(join(folder, path, file.replace(/\.ts$/, '.js'))).href)
          // Makes the serdes, and the graph of the topology.
          for (const [name, value] of Object.entries<(logic: object) => never>(module))
            if (/Topology$/.test(name) && file.endsWith('/topology.ts')) buildTopology(value(anyLogic))
        }
      }
    } catch (error) {
      this.#find(`what gen made does not load: ${error instanceof Error ? error.stack : error}`, input)
    }
  }

  #find(what: string, input: Folder): void {
    const files = [...input].map(([path, text]) => `--- ${path}\n${text}`).join('\n')
    this.finds.push(`${what}\nSEED=${this.seed}, folder ${this.runs - 1}:\n${files}`)
  }
}

/** A class for every step. */
const anyLogic = new Proxy({}, { get: () => class {} })
