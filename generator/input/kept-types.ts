import type { AvroNamed } from '../avro/schema.js'
import { referencesOf } from './closure.js'
import type { Definition, FieldDefault } from './schema-builder.js'
import type { LongType } from './schema-reader.js'

/** A named type that is complete, and the defaults within it. */
export interface CompleteType {
  readonly definition: Definition
  readonly defaults: readonly FieldDefault[]
}

/**
 * The named types of an earlier run. Those that would come out the same, since neither they nor what they refer to has changed, stay the objects that
 * they are; so what was made of one is known by it.
 */
export class KeptTypes {
  #long: LongType | undefined
  #types: ReadonlyMap<string, CompleteType> = new Map()

  keep(types: ReadonlyMap<string, CompleteType>, long: LongType): void {
    this.#types = types
    this.#long = long
  }

  /** Which ones stay of the types that files define now, by full name. None if there are others than before: a name may lead elsewhere then. */
  staying(now: ReadonlyMap<string, Definition>, long: LongType): ReadonlyMap<string, CompleteType> {
    if (long !== this.#long || now.size !== this.#types.size) return new Map()
    const changed: AvroNamed[] = []
    for (const [name, { node }] of now) {
      const former = this.#types.get(name)?.definition
      if (former === undefined) return new Map()
      if (former.node !== node) changed.push(former.schema)
    }
    const stale = this.#withUsers(changed)
    return new Map([...this.#types].filter(([, { definition }]) => !stale.has(definition.schema)))
  }

  /** Types, and all that refer to them, be it through others. */
  #withUsers(types: readonly AvroNamed[]): ReadonlySet<AvroNamed> {
    const users = new Map<AvroNamed, AvroNamed[]>()
    for (const { definition } of this.#types.values()) {
      for (const used of referencesOf(definition.schema)) {
        const known = users.get(used)
        if (known === undefined) users.set(used, [definition.schema])
        else known.push(definition.schema)
      }
    }
    const found = new Set(types)
    for (const type of found) for (const user of users.get(type) ?? []) found.add(user)
    return found
  }
}
