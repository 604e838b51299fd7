import { posix } from 'node:path'
import type { Diagnostic, Report } from './diagnostics.js'
import { parseJson } from './input/json.js'
import { inputNode } from './input/json-nodes.js'
import { NodeReader, type Reference, shorten } from './input/reader.js'
import type { LongType } from './input/schema-reader.js'
import { type InputFile, readSource } from './input/source.js'
import type { InputNode } from './input/yaml.js'
import { rules } from './lint/registry.js'
import { type Level, levels } from './lint/rule.js'
import type { JsonSchema } from './operators/options.js'

/** The file at the root of a project that says how `gen` runs there. */
export const configFile = 'millrace.config.json'

/** What imports of generated siblings end with, by what options call it. */
export const importExtensions = { js: '.js', ts: '.ts', none: '' } as const
export type ImportExtension = keyof typeof importExtensions

export const longTypes = ['number', 'bigint'] as const satisfies readonly LongType[]

/** A key of the file: what it may hold, for the reader, the JSON Schema and the docs. */
interface ConfigKey<T> {
  readonly doc: string
  readonly schema: JsonSchema
  /** Undefined, and reported, if it is not that. */
  readonly read: (node: InputNode, reader: NodeReader, what: string) => T | undefined
}

/** Every key of the file. An option of the command line wins over it. */
export const configKeys = {
  $schema: {
    doc: 'The JSON Schema of this file, for editors.',
    schema: { type: 'string', minLength: 1 },
    read: (node, reader, what) => reader.text(node, what),
  },
  schemas: folder('The folder of schemas and topologies; default `schemas`.'),
  output: folder('The folder for the generated code of topologies that do not say; default `generated` beside the schema folder.'),
  long: choice('How Avro’s `long` reads in TypeScript where a schema does not say; default `number`.', longTypes),
  importExtension: choice('What imports of generated siblings end with; default `js`.', Object.keys(importExtensions) as ImportExtension[]),
  lint: {
    doc: 'The level of each rule of `gen lint`, where it is not the rule’s own.',
    schema: {
      type: 'object',
      properties: Object.fromEntries(rules.map(({ code, summary }) => [code, { description: summary, enum: levels }])),
      additionalProperties: false,
    },
    read: readLevels,
  },
  stubs: folder('The folder of your step classes: `gen` adds those that are missing, and their missing methods.'),
} as const satisfies Readonly<Record<string, ConfigKey<unknown>>>

type Keys = typeof configKeys
export type Config = { readonly [K in keyof Keys]?: Keys[K] extends ConfigKey<infer T> ? T : never }

/** What the file says; what is wrong in it is reported, all of it, and left out. */
export function readConfig(file: InputFile, report: Report): Config {
  const problems: Diagnostic[] = []
  const source = readSource(file, problems)
  const root = source && parseJson(source, problems)
  problems.forEach(report)
  if (source === undefined || root === undefined) return {}
  const reader = new NodeReader(report)
  const top = reader.map(inputNode(root, source), 'the configuration')
  if (top === undefined) return {}
  reader.unknownKeys(top, Object.keys(configKeys), 'the configuration')
  const entries = top.entries.flatMap(({ key, value }) => {
    const known: ConfigKey<unknown> | undefined = Object.hasOwn(configKeys, key) ? configKeys[key as keyof Keys] : undefined
    const read = known?.read(value, reader, `\`${key}\``)
    return read === undefined ? [] : [[key, read] as const]
  })
  return Object.fromEntries(entries)
}

/** The JSON Schema of the file, for editors; it ships as config.schema.json. */
export function configSchema(): JsonSchema {
  const properties = Object.entries(configKeys).map(([key, { doc, schema }]) => [key, { description: doc, ...schema }] as const)
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    $id: 'https://millrace.dev/config.schema.json',
    title: 'Millrace configuration',
    type: 'object',
    properties: Object.fromEntries(properties),
    additionalProperties: false,
  }
}

/** By rule; one of a wrong level is reported, and keeps its own. */
function readLevels(node: InputNode, reader: NodeReader, what: string): ReadonlyMap<string, Level> | undefined {
  const map = reader.map(node, what)
  if (map === undefined) return undefined
  const codes = rules.map(({ code }) => code)
  reader.unknownKeys(map, codes, what)
  const entries = map.entries.flatMap(({ key, value }) => {
    const level = codes.includes(key) ? reader.choice(value, `\`${key}\``, levels) : undefined
    return level === undefined ? [] : [[key, level] as const]
  })
  return new Map(entries)
}

/** A folder of the project, relative to the file. */
function folder(doc: string): ConfigKey<Reference> {
  return {
    doc,
    schema: { type: 'string', pattern: '^(?![/\\\\]|[A-Za-z]:|\\.\\.(?:[/\\\\]|$)).+' },
    read(node, reader, what) {
      const written = reader.text(node, what)
      if (written === undefined) return undefined
      const name = written.replaceAll('\\', '/')
      const isInside = !/^\/|^[A-Za-z]:|\0/.test(name) && !/^\.\.(?:\/|$)/.test(posix.normalize(name))
      if (isInside) return { name, place: node.place }
      return reader.error(
        'invalid-option',
        node.place,
        `${what} is a folder of the project, not \`${shorten(written)}\`.`,
        `Write a path relative to ${configFile} that stays below it.`,
      )
    },
  }
}

function choice<const T extends string>(doc: string, choices: readonly T[]): ConfigKey<T> {
  return { doc, schema: { enum: choices }, read: (node, reader, what) => reader.choice(node, what, choices) }
}
