import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'

/** The files of one schema folder, path to text. */
export type Folder = ReadonlyMap<string, string>

const root = resolve(import.meta.dirname, '../../../..')
const isInput = /\.(?:avsc|avdl|topology\.(?:ya?ml|json))$/

/** What the fuzzer starts from: the schema folders of the golden cases and examples, and Kafka Streams' topologies, each a folder of its own. */
export function corpus(): readonly Folder[] {
  const cases = folders('test/generator/cases').filter((path) => !/bad-(?:paths|unreadable|long-names|avro-deep|yaml-depth)/.test(path))
  const together = [...cases, ...folders('examples')]
    .map((path) => join(path, 'schemas'))
    .filter((path) => existsSync(join(root, path)))
    .map(read)
  const apart = [...read('test/conformance/topologies')].map((entry) => new Map([entry]))
  return [...together, ...apart].filter((folder) => folder.size > 0).map(withoutOutput)
}

function folders(path: string): readonly string[] {
  return readdirSync(join(root, path), { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [join(path, entry.name)] : []))
}

function read(path: string): Folder {
  const files = readdirSync(join(root, path), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && isInput.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
  return new Map(files.map((file) => [relative(join(root, path), file), readFileSync(file, 'utf8')]))
}

/** All of a folder goes to one place, which the fuzzer says. */
function withoutOutput(folder: Folder): Folder {
  return new Map([...folder].map(([path, text]) => [path, text.replace(/^output:.*\n/m, '')]))
}
