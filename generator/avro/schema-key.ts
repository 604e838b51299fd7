import { logicalTypeText } from './logical-type.js'
import type { AvroSchema } from './schema.js'

/** The name of a schema; of one in place what it is made of, `array<shop.Order>`. */
export function schemaKey(schema: AvroSchema): string {
  switch (schema.kind) {
    case 'primitive': {
      const { primitive, logicalType } = schema
      if (logicalType === undefined) return primitive
      return `${primitive} as ${logicalTypeText(logicalType)}`
    }
    case 'array':
      return `array<${schemaKey(schema.items)}>`
    case 'map':
      return `map<${schemaKey(schema.values)}>`
    case 'union':
      return `[${schema.branches.map(schemaKey).join(', ')}]`
    default:
      return schema.fullName
  }
}
