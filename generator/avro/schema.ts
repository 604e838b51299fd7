import type { Place } from '../diagnostics.js'
import type { Json } from './json.js'

/** A schema of Avro 1.12, references resolved (recursion: the same object again). */
export type AvroSchema = AvroPrimitive | AvroArray | AvroMap | AvroUnion | AvroNamed
export type AvroNamed = AvroRecord | AvroEnum | AvroFixed

export type AvroPrimitiveName = 'null' | 'boolean' | 'int' | 'long' | 'float' | 'double' | 'bytes' | 'string'

/** Attributes that Avro gives no meaning, as written; they stay with the schema. */
export type AvroAttributes = ReadonlyMap<string, Json>

/** A logical type that fits its schema; one that does not is among the attributes. */
export interface AvroLogicalType {
  readonly name: string
  readonly precision?: number
  readonly scale?: number
  /** Of a decimal whose schema says no scale: it is 0. */
  readonly isScaleImplied?: boolean
}

export interface AvroPrimitive {
  readonly kind: 'primitive'
  readonly primitive: AvroPrimitiveName
  readonly logicalType?: AvroLogicalType
  /** Of a `long`: a `bigint` in TypeScript, by `jsType` of the field or type, by the logical type, or by the option of the generator. */
  readonly bigint?: boolean
  readonly attributes: AvroAttributes
}

export interface AvroArray {
  readonly kind: 'array'
  readonly items: AvroSchema
  readonly attributes: AvroAttributes
}

export interface AvroMap {
  readonly kind: 'map'
  readonly values: AvroSchema
  readonly attributes: AvroAttributes
}

export interface AvroUnion {
  readonly kind: 'union'
  readonly branches: readonly AvroSchema[]
}

interface NamedBase {
  /** With its namespace: `seed.LoginEvent`. */
  readonly fullName: string
  readonly aliases: readonly string[]
  readonly doc?: string
  readonly attributes: AvroAttributes
  readonly place: Place
}

export interface AvroRecord extends NamedBase {
  readonly kind: 'record'
  readonly fields: readonly AvroField[]
}

export interface AvroField {
  readonly name: string
  readonly type: AvroSchema
  readonly doc?: string
  readonly aliases: readonly string[]
  /** As the schema writes it; absent if there is none. */
  readonly default?: Json
  readonly order?: 'ascending' | 'descending' | 'ignore'
  readonly attributes: AvroAttributes
  readonly place: Place
}

export interface AvroEnum extends NamedBase {
  readonly kind: 'enum'
  readonly symbols: readonly string[]
  readonly default?: string
}

export interface AvroFixed extends NamedBase {
  readonly kind: 'fixed'
  readonly size: number
  readonly logicalType?: AvroLogicalType
}
