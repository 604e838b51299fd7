import type { Report } from '../diagnostics.js'
import type { Manifest } from '../input/manifest.js'
import { NodeReader } from '../input/reader.js'
import { importedAs, inlineLogic, type TopologyModel } from '../model/topology.js'

/** Steps, topics and imports that nothing comes of: warnings, since a topology that grows has them for a while. */
export function checkUnused(topology: TopologyModel, manifest: Manifest, report: Report): void {
  const reader = new NodeReader(report)
  const taken = new Set(topology.steps.flatMap((step) => step.inputs))
  const read = new Set(topology.stores.flatMap((store) => store.owner ?? []))
  for (const step of topology.steps) {
    if (step.output === undefined || mayEnd.has(step.operator)) continue
    const names = outputsOf(step.spec) ?? [step.name]
    for (const name of names) {
      if (taken.has(name) || read.has(name)) continue
      const what = name === step.name ? `step \`${name}\`` : `branch \`${name}\` of step \`${step.name}\``
      reader.warning('unused-step', step.place, `No step takes ${what} as input.`)
    }
  }
  const used = new Set(inlineLogic(topology).flatMap(({ uses }) => [...uses]))
  for (const { module, names } of topology.imports) {
    for (const { name, place } of names) {
      if (used.has(importedAs(name))) continue
      reader.warning(
        'unused-import',
        place,
        `No logic of the manifest uses \`${importedAs(name)}\` of \`${module.name}\`, so it is not imported.`,
      )
    }
  }
  const topics = new Set(topology.steps.flatMap(({ spec }) => [spec.topic, spec.topics].flat()))
  const dynamic = topology.steps.some(({ operator, spec }) => operator === 'sink' && spec.topic === undefined && spec.topics === undefined)
  const built = new Set(topology.steps.map(({ name }) => name))
  if (dynamic || manifest.steps.some(({ name }) => !built.has(name))) return
  for (const { name, place } of manifest.topics) {
    if (!topics.has(name)) reader.warning('unused-topic', place, `No step reads or writes topic \`${name}\`.`)
  }
}

/** Operators that do something even if nobody takes their output. */
const mayEnd: ReadonlySet<string> = new Set(['process', 'processValues', 'peek', 'sink'])

function outputsOf(spec: { readonly [field: string]: unknown }): readonly string[] | undefined {
  if (!Array.isArray(spec.into)) return undefined
  return typeof spec.default === 'string' ? [...spec.into, spec.default] : spec.into
}
