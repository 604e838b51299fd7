import { posix } from 'node:path'
import type { AvroNamed } from './avro/schema.js'
import { type KeptLock, keepLock, type LockOptions } from './compat/keep-lock.js'
import { compareText, type Diagnostic, hasErrors, sortDiagnostics } from './diagnostics.js'
import { checkInline } from './emit/check-inline.js'
import { appFile, barrelFile } from './emit/topology/app.js'
import { driverFile } from './emit/topology/driver.js'
import { header, schemasFingerprint } from './emit/topology/header.js'
import { processorsFile } from './emit/topology/processors.js'
import { topologyFile } from './emit/topology/topology.js'
import { manifestFile, readManifest } from './input/manifest.js'
import { type InputFile, readSource } from './input/source.js'
import { Memory } from './memory.js'
import type { TypeSystem } from './model/data-type.js'
import type { TopologyModel } from './model/topology.js'
import { buildTopology } from './topology/build.js'
import { checkTogether } from './topology/check-together.js'
import { checkGraph } from './topology/graph.js'
import { loadTypes, type TypeOptions } from './type-system.js'

export interface GenerateOptions extends TypeOptions {
  /** The schema folder, as the paths of its files begin. Default `.`. */
  readonly folder?: string
  /** Folder for the generated code of manifests that do not say; relative to the schema folder. Default `../generated`. */
  readonly output?: string
  /** The absolute path that those of the files are relative to; only for the way from one folder to another. Default `/input`. */
  readonly base?: string
  /** Absolute paths that output folders have to lie in. Default: anywhere. */
  readonly within?: readonly string[]
  /** Compile inline logic, which reads the disk for the runtime's types and for the modules that manifests import. Default false. */
  readonly typeCheck?: boolean
  /** How changes are taken that the lock among the files is against; `none`: no lock is read or made. Default: none that need a reset. */
  readonly lock?: LockOptions | 'none'
}

/** A generated folder: its place relative to the folder of the input, and its files, path to text. */
export interface GeneratedFolder {
  readonly path: string
  readonly files: ReadonlyMap<string, string>
}

export interface Generated {
  /** Empty if there are errors. */
  readonly folders: readonly GeneratedFolder[]
  readonly topologies: readonly TopologyModel[]
  /** The named Avro types of the folder, sorted by full name. */
  readonly types: readonly AvroNamed[]
  /** The lock to write beside the manifests, and how all differs from the one among the files; absent if there is none to keep. */
  readonly lock?: KeptLock
  /** Sorted by place. */
  readonly diagnostics: readonly Diagnostic[]
}

/**
 * From the files of a schema folder to the files of the generated folders. Writes no disk, and reads none but to type-check inline logic;
 * the same input gives the same bytes, whatever `memory` has of earlier runs: with it a run does what has changed.
 */
export function generate(input: readonly InputFile[], options: GenerateOptions = {}, memory: Memory = new Memory()): Generated {
  const files = [...input].sort((a, b) => compareText(a.path, b.path))
  let diagnostics: Diagnostic[] = []
  const types = loadTypes(
    files.filter(({ path }) => /\.(?:avsc|avdl)$/.test(path)),
    options,
    memory,
  )
  const topologies = files
    .filter(({ path }) => manifestFile.test(posix.basename(path)))
    .flatMap((file) => topologyOf(file, types, options, diagnostics) ?? [])
  diagnostics = [...diagnostics, ...types.diagnostics, ...checkTogether(topologies)]
  if (!hasErrors(diagnostics)) diagnostics = [...diagnostics, ...topologies.flatMap(checkGraph)]
  const lock = hasErrors(diagnostics) ? undefined : lockOf(topologies, files, options, memory, diagnostics)
  if (hasErrors(diagnostics)) return { folders: [], topologies, types: types.types, diagnostics: relevant(diagnostics) }
  types.remember(lock?.older ?? new Map())
  const folders = emit(topologies, types, options)
  if (options.typeCheck) diagnostics = [...diagnostics, ...typeCheck(topologies, folders, options.base ?? defaultBase, memory)]
  return {
    folders: hasErrors(diagnostics) ? [] : folders,
    topologies,
    types: types.types,
    ...(lock && { lock }),
    diagnostics: relevant(diagnostics),
  }
}

function lockOf(
  topologies: readonly TopologyModel[],
  files: readonly InputFile[],
  { folder = '.', lock = {} }: GenerateOptions,
  { locks }: Memory,
  diagnostics: Diagnostic[],
): KeptLock | undefined {
  return lock === 'none' ? undefined : keepLock(topologies, files, folder, lock, locks, (diagnostic) => void diagnostics.push(diagnostic))
}

const defaultBase = '/input'

function typeCheck(
  topologies: readonly TopologyModel[],
  folders: readonly GeneratedFolder[],
  base: string,
  { compiler }: Memory,
): readonly Diagnostic[] {
  const at = new Map(folders.map(({ path, files }) => [path, { path: posix.resolve(base, path), files }]))
  return checkInline(topologies, at, compiler)
}

function topologyOf(file: InputFile, types: TypeSystem, options: GenerateOptions, diagnostics: Diagnostic[]): TopologyModel | undefined {
  const source = readSource(file, diagnostics)
  const report = (diagnostic: Diagnostic) => void diagnostics.push(diagnostic)
  const manifest = source && readManifest(file.path, source.text, report)
  if (manifest === undefined) return undefined
  const folder = manifest.output === undefined ? defaultOutput(options) : posix.join(posix.dirname(file.path), manifest.output.name)
  if (manifest.output !== undefined && !isWithin(folder, options)) {
    report({
      code: 'invalid-option',
      severity: 'error',
      place: manifest.output.place,
      message: `The output folder \`${manifest.output.name}\` lies outside of the project.`,
      hint: 'gen writes below the folder that it runs in, and beside the schema folder.',
    })
  }
  return buildTopology(manifest, folder, types, report)
}

function defaultOutput({ folder = '.', output = '../generated' }: GenerateOptions): string {
  return posix.join(folder, output)
}

function isWithin(folder: string, { base = defaultBase, within }: GenerateOptions): boolean {
  const path = posix.resolve(base, folder)
  return within === undefined || within.some((root) => path.startsWith(root.endsWith('/') ? root : `${root}/`))
}

function emit(topologies: readonly TopologyModel[], types: TypeSystem, options: GenerateOptions): readonly GeneratedFolder[] {
  const folders = new Map<string, Map<string, string>>()
  const outputs = topologies.length > 0 ? topologies.map(({ output }) => output) : [defaultOutput(options)]
  for (const output of outputs) folders.set(output, new Map())
  for (const topology of topologies) {
    const files = folders.get(topology.output)!
    const context = {
      header: header(posix.basename(topology.file), schemasFingerprint(topology)),
      extension: options.importExtension ?? '.js',
      base: options.base ?? defaultBase,
    }
    const put = (name: string, text: string) => {
      files.set(`${topology.name}${name}.ts`, text)
    }
    put('', barrelFile(topology, context))
    put('/app', appFile(topology, context))
    put('/driver', driverFile(topology, context))
    put('/topology', topologyFile(topology, context))
    if (topology.steps.some((step) => step.logic.length > 0)) put('/processors', processorsFile(topology, context))
  }
  // Last: a type in place has a file once its serde is wanted.
  for (const [path, text] of types.files()) for (const files of folders.values()) files.set(path, header('the schemas') + text)
  return [...folders].map(([path, files]) => ({ path, files: new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1))) }))
}

/** What is unused is not known while something else is wrong. */
function relevant(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  return sortDiagnostics(hasErrors(diagnostics) ? diagnostics.filter(({ code }) => !code.startsWith('unused-')) : diagnostics)
}
