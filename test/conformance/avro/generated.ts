import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { AvroNamed } from '#generator/avro/schema.js'
import type { TypeSystem } from '#generator/model/data-type.js'
import { loadTypes } from '#generator/type-system.js'
import type { AvroCodec } from '#runtime/serde/codec.js'
import { parseSchema } from '#runtime/serde/schema.js'

/** What to generate: one schema, in a folder of its own. */
export interface GeneratedSchema {
  readonly folder: string
  readonly schema: string
  readonly long: 'number' | 'bigint'
}

export interface Generated {
  readonly types: TypeSystem
  readonly root: AvroNamed
  /** Loads the compiled codec of the root. */
  readonly codec: () => Promise<AvroCodec>
}

const project = join(import.meta.dirname, '../../../..')

/** The flags that generated code must compile under, beside `strict`. */
const flags = {
  target: 'ES2022',
  lib: ['ES2022'],
  module: 'nodenext',
  moduleResolution: 'nodenext',
  types: [],
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noImplicitOverride: true,
  noImplicitReturns: true,
  noFallthroughCasesInSwitch: true,
  noUnusedLocals: true,
  noUnusedParameters: true,
  verbatimModuleSyntax: true,
  isolatedModules: true,
  erasableSyntaxOnly: true,
  skipLibCheck: true,
}

/**
 * Generates types and serdes of all schemas below build/<name>, and compiles them in one run of tsc. Returns what it printed (empty if it found
 * nothing wrong) and what was generated; a schema that the generator does not take is handed to `refused`.
 */
export function generateAll(
  name: string,
  schemas: readonly GeneratedSchema[],
  refused: (schema: GeneratedSchema, message: string) => void,
) {
  const root = join(project, 'build', name)
  rmSync(root, { recursive: true, force: true })
  mkdirSync(root, { recursive: true })
  const generated = new Map<GeneratedSchema, Generated>()
  for (const schema of schemas) {
    try {
      generated.set(schema, generate(root, schema))
    } catch (error) {
      refused(schema, error instanceof Error ? (error.stack ?? error.message) : String(error))
    }
  }
  writeFileSync(
    join(root, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: { ...flags, rootDir: 'src', outDir: 'out' }, include: ['src'] }),
  )
  writeFileSync(join(root, 'package.json'), '{ "type": "module" }')
  const tsc = join(project, 'node_modules/typescript/bin/tsc')
  const { stdout } = spawnSync(process.execPath, [tsc, '-p', root], { cwd: root, encoding: 'utf8', maxBuffer: 1 << 28 })
  return { problems: stdout, generated }
}

function generate(root: string, { folder, schema, long }: GeneratedSchema): Generated {
  const types = loadTypes([{ path: 'schema.avsc', content: schema }], { long })
  const errors = types.diagnostics.filter(({ severity }) => severity === 'error')
  if (errors.length > 0) {
    throw new Error(
      errors.map(({ place, code, message }) => `${folder}/${place.file}:${place.line}:${place.column} ${code} ${message}`).join('\n'),
    )
  }
  for (const [path, text] of types.files()) {
    const file = join(root, 'src', folder, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  }
  const type = rootOf(types, schema)
  const [codec] = types
    .serde({ kind: 'avro', schema: type, nullable: false }, 'avro')
    .imports.filter(({ from }) => from.startsWith('types/'))
  const module = pathToFileURL(join(root, 'out', folder, `${codec!.from}.js`)).href
  return { types, root: type, codec: async () => (await import(module))[codec!.name] }
}

function rootOf(types: TypeSystem, schema: string): AvroNamed {
  const parsed = parseSchema(schema)
  if (!('fullName' in parsed)) throw new Error('the schema of a vector is a named type')
  const resolved = types.resolve(parsed.fullName, { file: 'schema.avsc', line: 1, column: 1 })
  if (!('type' in resolved) || resolved.type.kind !== 'avro') throw new Error(`${parsed.fullName} was not found`)
  return resolved.type.schema as AvroNamed
}
