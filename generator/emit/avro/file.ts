import { fingerprint } from '../../avro/canonical.js'
import type { AvroEnum, AvroField, AvroNamed, AvroRecord, AvroSchema } from '../../avro/schema.js'
import { schemaLines, schemaText } from '../../avro/schema-text.js'
import type { WriterSchema } from '../../model/data-type.js'
import { importLines } from '../imports.js'
import { jsDoc, objectKey, quoted } from '../source-text.js'
import { codecName, historyName, readName, type TypeModule, type TypeModules, writeName } from './modules.js'
import { Scope } from './scope.js'
import { type EnumTables, SerdeWriter } from './serdes.js'
import { TypeWriter } from './types.js'

/** The text of a type's module: the type, what its unions are, how it is written and read, and the codec that ties these together. */
export function typeFile(module: TypeModule, modules: TypeModules, extension: string, older: readonly WriterSchema[]): string {
  const { schema, stem } = module
  const scope = new Scope(modules, new Set(), module)
  const tables = { symbols: scope.declare('symbols'), indexes: scope.declare('indexes') }
  const types = new TypeWriter(modules, scope)
  const declaration = declare(schema, stem, types)
  const serdes = new SerdeWriter(modules, scope, types, tables)
  const pair = serdes.pair(schema, stem, writeName(stem), readName(stem), stem)
  const parts = [
    declaration,
    ...[...types.aliases.values()].map(
      ({ name, text }) => `/** One of a union's types; \`type\` says which. */\nexport type ${name} =${text}`,
    ),
    ...enumTables(schema, stem, tables, scope),
    pair,
    ...serdes.functions,
    codec(module, modules, scope),
    ...(older.length === 0 ? [] : [history(module, older, scope)]),
  ]
  return `${importLines(scope.imports, module.path, extension)}\n${parts.join('\n')}`
}

/** All that `typeFile` reads: the schema, what the types that it refers to are called and where they are, and what was before. */
export function typeFileParts(
  module: TypeModule,
  modules: TypeModules,
  extension: string,
  older: readonly WriterSchema[],
): readonly unknown[] {
  const { schema, path, stem } = module
  const others = namedWithin(schema).flatMap((type) => {
    const { path, stem, qualifiedStem } = modules.of(type)
    return [type, path, stem, qualifiedStem, modules.isShared(stem)]
  })
  const former = older.flatMap(({ fingerprint, schema }) => [fingerprint, schema])
  // A type in place is another object in each run.
  return [extension, path, stem, 'fullName' in schema ? schema : schemaText(schema), ...others, ...former]
}

function declare(schema: AvroSchema, stem: string, types: TypeWriter): string {
  const name = 'fullName' in schema ? `Avro ${schema.kind} \`${schema.fullName}\`.` : undefined
  const doc = jsDoc([('doc' in schema && schema.doc?.trim()) || '', name ?? ''].filter((text) => text !== '').join('\n\n'))
  switch (schema.kind) {
    case 'record':
      return doc + record(schema, stem, types)
    case 'enum':
      return doc + enumeration(schema, stem)
    case 'fixed':
      return `${doc}export type ${stem} = ${schema.logicalType === undefined ? 'Uint8Array' : types.logical(schema.logicalType)}\n`
    default:
      return `${doc}export type ${stem} = ${types.usage(schema, `${stem}Value`)}\n`
  }
}

function record({ fields }: AvroRecord, stem: string, types: TypeWriter): string {
  if (fields.length === 0) return `export type ${stem} = Record<string, never>\n`
  return `export interface ${stem} {\n${fields.map((field) => property(field, stem, types)).join('')}}\n`
}

function property(field: AvroField, stem: string, types: TypeWriter): string {
  return `${jsDoc(field.doc, '  ')}  readonly ${field.name}: ${types.usage(field.type, `${stem}${field.name.charAt(0).toUpperCase()}${field.name.slice(1)}`)}\n`
}

function enumeration({ symbols }: AvroEnum, stem: string): string {
  const type = symbols.length === 0 ? 'never' : symbols.map(quoted).join(' | ')
  const rows = symbols.map((symbol) => `  ${objectKey(symbol)}: ${quoted(symbol)},\n`).join('')
  return `export type ${stem} = ${type}\n\n/** The symbols of \`${stem}\`. */\nexport const ${stem} = {\n${rows}} as const\n`
}

function enumTables(schema: AvroSchema, stem: string, { symbols, indexes }: EnumTables, scope: Scope): string[] {
  if (schema.kind !== 'enum') return []
  const list = schema.symbols.map(quoted).join(', ')
  return [`const ${symbols}: readonly ${stem}[] = [${list}]\n\nconst ${indexes} = ${scope.runtime('symbolIndexes', false)}(${symbols})\n`]
}

function codec({ schema, stem }: TypeModule, modules: TypeModules, scope: Scope): string {
  const name = 'fullName' in schema ? schema.fullName : describeSchema(schema)
  const references = namedWithin(schema).map((type) => scope.codec(modules.of(type)))
  const text = quoted(schemaText(schema))
  const lines = text.length > maxLine ? schemaLines(schema) : []
  const written = lines.length > 1 ? `\n    ${lines.map(quoted).join(' +\n    ')}` : ` ${text}`
  return (
    `/** The schema of \`${stem}\` and its functions, which serdes are made of. */\n` +
    `export const ${codecName(stem)}: ${scope.runtime('AvroCodec', true)}<${stem}> = {\n` +
    `  name: ${quoted(name)},\n  fingerprint: '${fingerprint(schema)}',\n  schema:${written},\n` +
    `  references: () => [${references.join(', ')}],\n  write: ${writeName(stem)},\n  read: ${readName(stem)},\n}\n`
  )
}

const maxLine = 120

function history({ stem }: TypeModule, older: readonly WriterSchema[], scope: Scope): string {
  const rows = older.map(({ fingerprint, schema }) => `  { fingerprint: '${fingerprint}', schema: ${quoted(schema)} },\n`).join('')
  const doc = '/** Schemas that values were written with before, oldest first; the lock has them in full. */\n'
  return `${doc}export const ${historyName(stem)}: readonly ${scope.runtime('WriterSchema', true)}[] = [\n${rows}]\n`
}

/** As messages name a type. */
export function describeSchema(schema: AvroSchema): string {
  switch (schema.kind) {
    case 'primitive':
      return schema.logicalType?.name ?? schema.primitive
    case 'array':
      return `array<${describeSchema(schema.items)}>`
    case 'map':
      return `map<${describeSchema(schema.values)}>`
    case 'union':
      return `[${schema.branches.map(describeSchema).join(', ')}]`
    default:
      return schema.fullName
  }
}

/** The named types that a schema's text refers to, but itself, in order of their full names. */
function namedWithin(schema: AvroSchema): readonly AvroNamed[] {
  const found = new Map<string, AvroNamed>()
  const visit = (inner: AvroSchema): void => {
    if (inner.kind === 'array') visit(inner.items)
    else if (inner.kind === 'map') visit(inner.values)
    else if (inner.kind === 'union') inner.branches.forEach(visit)
    else if (inner.kind !== 'primitive' && inner !== schema) found.set(inner.fullName, inner)
  }
  if (schema.kind === 'record') for (const field of schema.fields) visit(field.type)
  else visit(schema)
  return [...found.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, type]) => type)
}
