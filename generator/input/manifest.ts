import type { Place, Report } from '../diagnostics.js'
import { isFileName } from '../file-names.js'
import { entry, NodeReader, type Reference, shorten } from './reader.js'
import { type InputNode, type MapNode, parseYaml } from './yaml.js'

/** A manifest as written: its sections apart, names checked, what they say still to be read. */
export interface Manifest {
  readonly file: string
  /** `login-attempts` of `login-attempts.topology.yaml`. */
  readonly name: string
  /** The top of the file, for problems of the whole. */
  readonly place: Place
  readonly application: Reference
  /** Folder for the generated code, relative to the manifest's. */
  readonly output?: Reference
  readonly imports: readonly ManifestImport[]
  readonly topics: readonly Declaration[]
  readonly stores: readonly Declaration[]
  readonly steps: readonly Declaration[]
}

/** What inline logic may use of a module. */
export interface ManifestImport {
  readonly module: Reference
  readonly names: readonly Reference[]
}

/** An entry of `topics`, `stores` or `steps`. */
export interface Declaration extends Reference {
  readonly node: MapNode
}

/** `$schema` is the editors’. */
export const manifestKeys = ['$schema', 'application', 'output', 'imports', 'topics', 'stores', 'steps'] as const

/** Topics, stores or steps of one manifest: beyond what a service runs, and within what every check bears. */
const maxEntries = 2000

export const manifestFile = /^(.+)\.topology\.(?:ya?ml|json)$/

/** Undefined if the file has no shape at all; smaller mistakes are reported and left out. */
export function readManifest(file: string, source: string, report: Report): Manifest | undefined {
  const reader = new NodeReader(report)
  const root = parseYaml(file, source, report)
  if (root === undefined) return undefined
  const top = reader.map(root, 'a manifest')
  if (top === undefined) return undefined
  reader.unknownKeys(top, manifestKeys, 'a manifest')
  const place: Place = { file, line: 1, column: 1 }
  const name = manifestFile.exec(file.slice(file.lastIndexOf('/') + 1))?.[1] ?? 'topology'
  reader.checkName({ name, place }, 'a topology, which is called as its file')

  const applicationNode = required('application')
  const application = applicationNode && reader.name(applicationNode, 'the application')
  const outputNode = entry(top, 'output')
  const output = outputNode && outputFolder(outputNode)
  required('steps')

  return {
    file,
    name,
    place,
    application: application ?? { name: 'unknown', place },
    ...(output && { output }),
    imports: imports(),
    topics: section('topics', 'a topic'),
    stores: section('stores', 'a store'),
    steps: section('steps', 'a step'),
  }

  function required(key: (typeof manifestKeys)[number]): InputNode | undefined {
    const node = entry(top!, key)
    if (node === undefined) reader.missingKey(top!, key, manifestKeys, place, `The manifest has no \`${key}\`.`)
    return node
  }

  function outputFolder(node: InputNode): Reference | undefined {
    const name = reader.text(node, 'the output folder')
    if (name === undefined) return undefined
    if (/^[/\\]|^[A-Za-z]:|\0/.test(name)) {
      return reader.error('invalid-option', node.place, 'The output folder is a path relative to the manifest.')
    }
    const parts = name.split(/[/\\]+/).filter((part) => part !== '.' && part !== '..' && part !== '')
    const unfit = parts.find((part) => !isFileName(part))
    if (unfit !== undefined) {
      return reader.error('invalid-option', node.place, `No folder can be called \`${shorten(unfit)}\` on every system.`)
    }
    return { name: name.replaceAll('\\', '/'), place: node.place }
  }

  function section(key: 'topics' | 'stores' | 'steps', what: string): readonly Declaration[] {
    const node = entry(top!, key)
    if (node === undefined || (node.kind === 'scalar' && node.value === null)) return []
    const map = reader.map(node, `\`${key}\``)
    const entries = map?.entries ?? []
    if (entries.length > maxEntries) {
      const message = `\`${key}\` has ${entries.length} entries; a manifest takes ${maxEntries}.`
      reader.error('unexpected-value', node.place, message, 'Make several topologies of it, with topics between them.')
    }
    return entries.slice(0, maxEntries).flatMap(({ key: name, keyPlace, value }) => {
      const reference = reader.checkName({ name, place: keyPlace }, what)
      const content = reader.map(value, `${what} (\`${name}\`)`)
      return reference && content ? [{ ...reference, node: content }] : []
    })
  }

  function imports(): readonly ManifestImport[] {
    const node = entry(top!, 'imports')
    const map = node && reader.map(node, '`imports`')
    return (map?.entries ?? []).flatMap(({ key, keyPlace, value }) => {
      const names = reader.references(value, 'an import')
      if (!/^[\w@./~+ -]+$/.test(key)) {
        return reader.error('invalid-name', keyPlace, 'This is no module to import from.') ?? []
      }
      const valid = names?.filter(({ name, place }) => {
        if (/^(type )?[A-Za-z_$][\w$]*( as [A-Za-z_$][\w$]*)?$/.test(name)) return true
        return reader.error('invalid-name', place, `\`${name}\` is no name to import.`) ?? false
      })
      return valid ? [{ module: { name: key, place: keyPlace }, names: valid }] : []
    })
  }
}
