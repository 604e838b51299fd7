import type { Json } from '#generator/avro/json.js'
import { handlesOf, type NamedType, type Project } from './project.js'
import { logicOf } from './step-logic.js'

/** The files of the schema folder, path to text. */
export function filesOf(project: Project): ReadonlyMap<string, string> {
  const { application, file, types, topics, stores, steps } = project
  const handles = handlesOf(project)
  const given = (topic: string) => {
    const sink = steps.find((step) => step.operator === 'sink' && step.options.topic === topic)
    return sink === undefined ? undefined : handles.get(sink.inputs[0]!)
  }
  const manifest = {
    application,
    output: `${'../'.repeat(file.split('/').length)}generated`,
    topics: Object.fromEntries(
      topics.map(({ name, kafka, key, value, partitions, encoding }) => {
        const types = { key: typed(given(name)?.key ?? key), value: typed(value ?? given(name)?.value ?? 'string') }
        return [name, { ...(kafka !== undefined && { topic: kafka }), ...types, partitions, encoding }]
      }),
    ),
    stores: Object.fromEntries(
      stores.map(({ name, key, value, ...options }) => [name, { ...options, ...(key && { key: typed(key), value: typed(value!) }) }]),
    ),
    steps: Object.fromEntries(
      steps.map((step) => {
        const { name, operator, inputs, options } = step
        const { key, value, ...rest } = options
        const types = { ...(key !== undefined && { key: typed(key) }), ...(value !== undefined && { value: typed(value) }) }
        const several = operator === 'merge' || operator === 'cogroup' || inputs.length > 1
        return [
          name,
          {
            [operator]: operator === 'sink' ? inputs[0]! : several ? inputs : inputs[0]!,
            ...types,
            ...rest,
            ...logicOf(step, project, handles),
          },
        ]
      }),
    ),
  }
  return new Map([
    [file, JSON.stringify(manifest, null, 2)],
    ...types.map((type) => [`${type.name.toLowerCase()}.avsc`, JSON.stringify(avroOf(type), null, 2)] as const),
  ])
}

const primitives = new Set(['string', 'int', 'long', 'double', 'boolean'])

/** A type as a manifest names it. */
function typed(type: Json): Json {
  if (typeof type === 'string') return primitives.has(type.replace('?', '')) ? type : `shop.${type}`
  const { timeWindowed, sessionWindowed, ...rest } = type as Record<string, Json>
  return timeWindowed !== undefined ? { timeWindowed: typed(timeWindowed), ...rest } : { sessionWindowed: typed(sessionWindowed!) }
}

function avroOf(type: NamedType): Json {
  const { kind, name, ...rest } = type
  const fields = 'fields' in type && {
    fields: type.fields.map((field) => ({ ...field, type: fieldType(field.type) })),
  }
  return { type: kind, name, namespace: 'shop', ...rest, ...fields } as unknown as Json
}

function fieldType(type: string): Json {
  return type.endsWith('?') ? ['null', typed(type.slice(0, -1))] : typed(type)
}
