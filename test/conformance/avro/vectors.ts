import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'

/** A folder of vectors as Avro's reference implementation recorded it (test/avro-vectors/README.md). */
export interface Vector {
  readonly name: string
  readonly features: readonly string[]
  readonly schema: string
  readonly evolved: string | undefined
  /** A file of the folder, undefined if it has none. */
  readonly read: (file: string) => string | undefined
  /** The lines of a file. */
  readonly lines: (file: string) => readonly string[]
}

/** All vectors below a folder, in order of their names; with `names`, those whose name starts with one of them. */
export function findVectors(root: string, names: readonly string[] = []): readonly Vector[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name === 'schema.avsc')
    .map((entry) => ({ folder: entry.parentPath, name: relative(root, entry.parentPath).replaceAll('\\', '/') || '.' }))
    .filter(({ name }) => names.length === 0 || names.some((wanted) => name === wanted || name.startsWith(`${wanted}/`)))
    .sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }))
    .map(({ folder, name }) => vector(folder, name))
}

function vector(folder: string, name: string): Vector {
  const read = (file: string) => (existsSync(join(folder, file)) ? readFileSync(join(folder, file), 'utf8') : undefined)
  const meta: { readonly features?: readonly string[] } = JSON.parse(read('meta.json') ?? '{}')
  return {
    name,
    features: meta.features ?? [],
    schema: read('schema.avsc') ?? '',
    evolved: read('evolved.avsc'),
    read,
    lines: (file) => (read(file) ?? '').replace(/\n$/, '').split('\n'),
  }
}
