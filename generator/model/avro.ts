import type { Place } from '../diagnostics.js'

/** A schema of Avro 1.12, references resolved (recursion: the same object again). */
export type AvroSchema = AvroPrimitive | AvroArray | AvroMap | AvroUnion | AvroNamed
export type AvroNamed = AvroRecord | AvroEnum | AvroFixed

export type AvroPrimitiveName = 'null' | 'boolean' | 'int' | 'long' | 'float' | 'double' | 'bytes' | 'string'

export interface AvroLogicalType {
  readonly name: string
  readonly precision?: number
  readonly scale?: number
}

export interface AvroPrimitive {
  readonly kind: 'primitive'
  readonly primitive: AvroPrimitiveName
  readonly logicalType?: AvroLogicalType
}

export interface AvroArray {
  readonly kind: 'array'
  readonly items: AvroSchema
}

export interface AvroMap {
  readonly kind: 'map'
  readonly values: AvroSchema
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
  /** JSON as the schema writes it; absent if there is none. */
  readonly default?: unknown
  readonly order?: 'ascending' | 'descending' | 'ignore'
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
