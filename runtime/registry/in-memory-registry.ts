import { StreamError } from '../core/errors.js'
import type { AvroCodec } from '../serde/codec.js'
import type { RegisteredSchema, SchemaRegistry, TopicSide } from '../serde/registry.js'
import { schemaText } from '../serde/schema-text.js'
import { notRegistered, unknownSchema } from './errors.js'
import type { SubjectNameStrategy } from './options.js'
import { subjectName } from './subject-name.js'

export interface InMemoryRegistryOptions {
  /** Default `topicName`. */
  readonly subjectNameStrategy?: SubjectNameStrategy
  /** Register what is written. Default true; false: only what `register` was called with is there. */
  readonly register?: boolean
}

/** A schema registry for tests and trials, which answers at once. It takes every schema, compatible or not. */
export class InMemoryRegistry implements SchemaRegistry {
  readonly #options: InMemoryRegistryOptions
  /** The id is the place, from 1. */
  readonly #schemas: string[] = []
  readonly #subjects = new Map<string, Set<number>>()

  constructor(options: InMemoryRegistryOptions = {}) {
    this.#options = options
  }

  /** Registers a schema, with all its types written out, unless it is there; its id, which is the same under all subjects. */
  register(subject: string, schema: string): number {
    const index = this.#schemas.indexOf(schema)
    const id = index < 0 ? this.#schemas.push(schema) : index + 1
    this.#subjects.set(subject, (this.#subjects.get(subject) ?? new Set()).add(id))
    return id
  }

  /** The ids under each subject, in the order in which they came. */
  get subjects(): ReadonlyMap<string, readonly number[]> {
    return new Map([...this.#subjects].map(([subject, ids]) => [subject, [...ids]]))
  }

  /** Throws SCHEMA_NOT_REGISTERED. */
  idOf(side: TopicSide, codec: AvroCodec): number {
    const { subjectNameStrategy = 'topicName', register = true } = this.#options
    const subject = subjectName(subjectNameStrategy, side, codec.name)
    const schema = schemaText(codec)
    if (register) return this.register(subject, schema)
    const ids = this.#subjects.get(subject)
    const id = this.#schemas.indexOf(schema) + 1
    if (ids?.has(id)) return id
    throw notRegistered(subject, codec.name, schema, ids === undefined ? 'no subject' : 'other schemas')
  }

  fetch(): undefined {
    return undefined
  }

  schemaOf(id: number): RegisteredSchema {
    const schema = this.#schemas[id - 1]
    if (schema === undefined) throw unknownSchema(id, 'none was registered')
    return { schema, references: [] }
  }
}

/** For those who must have it at once, such as the test driver. */
export function atOnce<T>(value: T | Promise<T>): T {
  if (!(value instanceof Promise)) return value
  throw new StreamError('INVALID_ARGUMENT', 'The schema registry of a test driver must answer at once.', {
    hint: 'Leave it out, or give an InMemoryRegistry.',
  })
}
