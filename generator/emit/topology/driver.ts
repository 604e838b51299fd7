import { code } from '../../model/code.js'
import type { Code } from '../../model/data-type.js'
import type { StoreModel, TopicModel, TopologyModel } from '../../model/topology.js'
import { orNull } from '../../model/types.js'
import { render } from '../render.js'
import { type EmitContext, GeneratedFile } from './file.js'
import { literal, propertyKey } from './literals.js'
import { storeDoc } from './stores.js'
import { topologyFunction } from './topology.js'

/** `driver.ts`: the test driver, its topics and stores typed. Apart from what a service imports, since it brings the embedded broker. */
export function driverFile(topology: TopologyModel, context: EmitContext): string {
  const file = new GeneratedFile(`${topology.name}/driver`, context)
  const storesName = `${topology.className}TestStores`
  const hasStores = topology.stores.length > 0
  const view = {
    header: file.header,
    file: topology.file.slice(topology.file.lastIndexOf('/') + 1),
    className: topology.className,
    hasStores,
    storesName,
    stores: topology.stores.map((store) => ({ doc: storeDoc(store), name: store.property, type: file.use(testStore(store, topology)) })),
    base: `${file.import('TopologyTestDriver', 'millrace/testing', false)}<${hasStores ? storesName : 'Readonly<Record<string, never>>'}>`,
    optionsType: file.import('TopologyTestDriverOptions', 'millrace/testing', true),
    inputs: topicViews(inputsOf(topology), 'TestInputTopic', topology, file),
    outputs: topicViews(outputsOf(topology), 'TestOutputTopic', topology, file),
    logicName: file.import(`${topology.className}Logic`, `${topology.name}/topology`, true),
    functionName: file.import(topologyFunction(topology), `${topology.name}/topology`, false),
  }
  return render('driver.ts.hbs', { ...view, imports: file.imports() })
}

function topicViews(topics: readonly TopicModel[], type: string, { typescript }: TopologyModel, file: GeneratedFile) {
  return topics.map(({ name, property, key, value }) => ({
    property: propertyKey(property),
    type: `${file.import(type, 'millrace/testing', true)}<${file.use(typescript(key))}, ${file.use(typescript(value))}>`,
    name: literal(name),
  }))
}

function inputsOf({ topics, steps }: TopologyModel): readonly TopicModel[] {
  const read = new Set(steps.flatMap(({ operator, spec }) => (operator === 'sink' ? [] : [spec.topic, spec.topics].flat())))
  return topics.filter(({ name }) => read.has(name))
}

/** What sinks write; one that may write to any topic makes all of them outputs. Deletions of a table are null. */
function outputsOf({ topics, steps }: TopologyModel): readonly TopicModel[] {
  const sinks = steps.filter(({ operator }) => operator === 'sink')
  const any = sinks.some(({ spec }) => spec.topic === undefined && spec.topics === undefined)
  const written = new Map(sinks.flatMap((sink) => [sink.spec.topic, sink.spec.topics].flat().map((topic) => [topic, sink] as const)))
  const tables = new Set(steps.flatMap((step) => (step.gives === 'table' ? [step.name] : [])))
  return topics.flatMap((topic) => {
    const sink = written.get(topic.name)
    if (sink === undefined) return any ? [topic] : []
    return [sink.inputs.some((input) => tables.has(input)) ? { ...topic, value: orNull(topic.value) } : topic]
  })
}

const testStores: Readonly<Record<StoreModel['kind'], string>> = {
  keyValue: 'TestKeyValueStore',
  timestampedKeyValue: 'TestKeyValueStore',
  window: 'TestWindowStore',
  timestampedWindow: 'TestWindowStore',
  session: 'TestSessionStore',
  versioned: 'TestVersionedStore',
}

function testStore(store: StoreModel, { typescript }: TopologyModel): Code {
  const name = testStores[store.kind]
  const type: Code = { text: name, imports: [{ name, from: 'millrace/testing', typeOnly: true }] }
  return code`${type}<${typescript(store.key)}, ${typescript(store.value)}>`
}
