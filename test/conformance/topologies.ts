import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { TopologySpec } from 'millrace/codegen'

/** The generated topology of a vector, with its subclasses of `processors/` if it has any; undefined if there is none of the name. */
export async function specOf(name: string): Promise<TopologySpec | undefined> {
  const generated = join(import.meta.dirname, 'generated', name, 'topology.js')
  if (!existsSync(generated)) return undefined
  const module: Record<string, (logic: object) => TopologySpec> = await import(generated)
  const make = Object.entries(module).find(([exported]) => exported.endsWith('Topology'))?.[1]
  const subclasses = join(import.meta.dirname, 'processors', `${name}.js`)
  const { processors = {} } = existsSync(subclasses) ? await import(subclasses) : {}
  return make?.(processors)
}
