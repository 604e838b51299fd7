import { maxPartitions } from './model/topology.js'
import type { InputSyntax, MethodSyntax, Operator } from './operators/operator.js'
import type { JsonSchema } from './operators/options.js'
import { operators } from './operators/registry.js'
import { storeKeys, storeKinds } from './topology/stores.js'
import { encodings, type topicKeys } from './topology/topics.js'

/** The JSON Schema of manifests, for editors: made from the operators, so that it says what `gen` takes. It ships as manifest.schema.json. */
export function manifestSchema(): JsonSchema {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    $id: 'https://millrace.dev/manifest.schema.json',
    title: 'Millrace topology manifest',
    type: 'object',
    properties: {
      $schema: { type: 'string' },
      application: { $ref: '#/$defs/name', description: 'Consumer group id, and prefix of internal topics and client ids.' },
      output: {
        type: 'string',
        description: 'Folder for the generated code, relative to this file; default: generated/ beside the schema folder.',
      },
      imports: {
        type: 'object',
        description: 'Modules that inline logic may use, relative to this file, each with the names it uses.',
        additionalProperties: oneOrMore({ type: 'string' }),
      },
      topics: named({ $ref: '#/$defs/topic' }, 'The topics on Kafka that steps read and write.'),
      stores: named({ $ref: '#/$defs/store' }, 'The state stores that steps keep.'),
      steps: named({ $ref: '#/$defs/step' }, 'The operators, each under the name of its step.'),
    },
    required: ['application', 'steps'],
    additionalProperties: false,
    $defs: {
      name: { type: 'string', pattern: '^[A-Za-z][A-Za-z0-9._-]*$' },
      duration: {
        type: ['string', 'integer'],
        pattern: '^-?(\\d+(\\.\\d+)? *(ms|s|m|h|d)|P.+)$',
        description: '`5m`, `30s`, `100ms`, `7d`, or ISO 8601.',
      },
      type: {
        description: 'A type of Kafka’s (`string`, `long`, …), an Avro type by its name, or one in place; `?` after it allows null.',
        anyOf: [{ type: 'string' }, { type: 'object' }, { type: 'array' }],
      },
      logic: {
        type: ['string', 'number', 'boolean', 'null'],
        description: 'TypeScript: an expression, or statements; `abstract` asks for a subclass.',
      },
      topic: topicSchema(),
      store: { anyOf: storeKinds.map(storeSchema) },
      step: { anyOf: [...operators.values()].map(stepSchema) },
    },
  }
}

function named(items: JsonSchema, description: string): JsonSchema {
  return { type: 'object', description, propertyNames: { $ref: '#/$defs/name' }, additionalProperties: items }
}

function oneOrMore(item: JsonSchema): JsonSchema {
  return { anyOf: [item, { type: 'array', items: item, minItems: 1 }] }
}

function topicSchema(): JsonSchema {
  const encoding = { enum: encodings }
  const properties: Readonly<Record<(typeof topicKeys)[number], JsonSchema>> = {
    key: { $ref: '#/$defs/type' },
    value: { $ref: '#/$defs/type' },
    partitions: { type: 'integer', minimum: 1, maximum: maxPartitions },
    topic: { type: 'string', description: 'Its name on Kafka, if that is another.' },
    encoding: {
      description: 'How Avro types are written; default `avro`, the single-object encoding.',
      anyOf: [encoding, { type: 'object', properties: { key: encoding, value: encoding }, additionalProperties: false }],
    },
  }
  return { type: 'object', properties, required: ['key', 'value'], additionalProperties: false }
}

const storeProperties: Readonly<Record<string, JsonSchema>> = {
  key: { $ref: '#/$defs/type' },
  value: { $ref: '#/$defs/type' },
  queryable: { type: 'boolean', description: 'May the service read it (`app.stores`)? Default false.' },
  persistence: { enum: ['lmdb', 'memory'] },
  logging: { type: 'boolean', description: 'Is there a changelog? Default true.' },
  caching: { type: 'boolean', description: 'One update per key and commit goes downstream. Default false.' },
  windowSize: { $ref: '#/$defs/duration' },
  retention: { $ref: '#/$defs/duration' },
  retainDuplicates: { type: 'boolean' },
  historyRetention: { $ref: '#/$defs/duration' },
}

function storeSchema(kind: (typeof storeKinds)[number]): JsonSchema {
  const own = storeKeys[kind].filter((key) => key !== 'kind').map((key) => [key, storeProperties[key]!] as const)
  return {
    type: 'object',
    properties: { kind: { const: kind }, ...Object.fromEntries(own) },
    required: ['kind'],
    additionalProperties: false,
  }
}

function stepSchema(operator: Operator): JsonSchema {
  const { name, summary, input, options, methods } = operator
  const optionEntries = Object.entries(options).map(([key, option]) => [key, { description: option.doc, ...option.schema }] as const)
  const methodEntries = Object.entries(methods).map(([key, method]) => [key, methodSchema(method)] as const)
  const required = [name, ...Object.entries(options).flatMap(([key, option]) => (option.required ? [key] : []))]
  return {
    type: 'object',
    title: name,
    properties: { [name]: { description: summary, ...inputSchema(input) }, ...Object.fromEntries([...optionEntries, ...methodEntries]) },
    required,
    additionalProperties: false,
  }
}

function inputSchema({ count }: InputSyntax): JsonSchema {
  const name = { $ref: '#/$defs/name' }
  if (count === 'one') return name
  if (count === 'oneOrMore') return oneOrMore(name)
  return { type: 'array', items: name, minItems: 2, ...(count === 'two' && { maxItems: 2 }) }
}

function methodSchema({ doc, shape }: MethodSyntax): JsonSchema {
  const logic = { $ref: '#/$defs/logic' }
  return { description: doc, ...(shape === 'mapping' ? { type: 'object', additionalProperties: logic } : logic) }
}
