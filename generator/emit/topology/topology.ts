import { type Code, runtimeType, text } from '../../model/code.js'
import { type DataType, type Encoding, stateEncoding } from '../../model/data-type.js'
import { codegenVersion } from '../../model/runtime-symbols.js'
import { camelCase } from '../../model/step-names.js'
import type { StepModel, StoreModel, TopicModel, TopologyModel } from '../../model/topology.js'
import { render } from '../render.js'
import { upperFirst } from '../source-text.js'
import { type EmitContext, GeneratedFile } from './file.js'
import { block, type Fields, literal, propertyKey } from './literals.js'

/** `topology.ts`: the manifest as data, and the type of the classes that it needs. */
export function topologyFile(topology: TopologyModel, context: EmitContext): string {
  const file = new GeneratedFile(`${topology.name}/topology`, context)
  const serdes = new Serdes(topology, file)
  const logic = topology.steps.flatMap((step) => step.logic.map((each) => ({ step, ...each })))
  const entries = (items: readonly { readonly name: string }[], fields: (item: never) => Fields) =>
    items.map((item) => {
      const key = propertyKey(item.name)
      return { key, value: file.use(block(fields(item as never), '      ', `${key}: `)) }
    })
  const view = {
    header: file.header,
    file: topology.file.slice(topology.file.lastIndexOf('/') + 1),
    logicName: `${topology.className}Logic`,
    logic: logic.map(({ step, className, property, concrete }) => ({
      doc: concrete ? `Step \`${step.name}\`; may be left out: the manifest has its logic.` : `Step \`${step.name}\`.`,
      property: concrete ? `${property}?` : property,
      type: `${file.use(runtimeType('LogicClass'))}<${file.import(className, `${topology.name}/processors`, !concrete)}>`,
    })),
    hasLogic: logic.length > 0,
    functionName: topologyFunction(topology),
    specType: file.use(runtimeType('TopologySpec')),
    parameter: logic.length > 0 ? 'logic' : '_logic',
    codegen: codegenVersion,
    application: literal(topology.application),
    topics: entries(topology.topics, (topic: TopicModel) => topicFields(topic, serdes)),
    hasStores: topology.stores.length > 0,
    stores: entries(topology.stores, (store: StoreModel) => storeFields(store, serdes)),
    steps: topology.steps.map((step) => file.use(block(stepFields(step, serdes), '      '))),
  }
  return render('topology.ts.hbs', { ...view, serdes: serdes.constants(), imports: file.imports() })
}

/** `loginAttemptsTopology`. */
export function topologyFunction(topology: TopologyModel): string {
  return `${camelCase(topology.name)}Topology`
}

function topicFields(topic: TopicModel, serdes: Serdes): Fields {
  return [
    ['name', text(literal(topic.topic))],
    ['key', serdes.of(topic.key, topic.keyEncoding)],
    ['value', serdes.of(topic.value, topic.valueEncoding)],
    ...nullability(topic),
    ...data({ partitions: topic.partitions }),
  ]
}

function storeFields(store: StoreModel, serdes: Serdes): Fields {
  const {
    kind,
    name,
    property,
    queryable,
    persistence,
    logging,
    caching,
    windowSizeMs,
    retentionMs,
    retainDuplicates,
    historyRetentionMs,
  } = store
  return [
    ...data({ kind, name, property, queryable }),
    ['key', serdes.of(store.key, stateEncoding)],
    ['value', serdes.of(store.value, stateEncoding)],
    ...data({ persistence, logging, caching, windowSizeMs, retentionMs, retainDuplicates, historyRetentionMs }),
  ]
}

function stepFields(step: StepModel, serdes: Serdes): Fields {
  const { output } = step
  const types: Fields =
    output === undefined
      ? []
      : [['key', serdes.of(output.key, stateEncoding)], ['value', serdes.of(output.value, stateEncoding)], ...nullability(output)]
  const logic = step.logic.map(
    ({ field, property, className, concrete }) =>
      [field, text(concrete ? `logic.${property} ?? ${className}` : `logic.${property}`)] as const,
  )
  return [...data({ name: step.name, operator: step.operator }), ...data(step.spec), ...types, ...logic]
}

/** Said where null may come. */
function nullability({ key, value }: { readonly key: DataType; readonly value: DataType }): Fields {
  return data({ nullableKey: key.nullable || undefined, nullableValue: value.nullable || undefined })
}

function data(values: StepModel['spec']): Fields {
  return Object.entries(values).flatMap(([key, value]) => (value === undefined ? [] : [[key, text(literal(value))] as const]))
}

/** Serdes by type and encoding; one that takes a call to make is made once, as a constant of the file. */
class Serdes {
  readonly #topology: TopologyModel
  readonly #file: GeneratedFile
  readonly #constants = new Map<string, string>()

  constructor(topology: TopologyModel, file: GeneratedFile) {
    this.#topology = topology
    this.#file = file
  }

  of(type: DataType, encoding: Encoding): Code {
    const serde = this.#topology.serde(type, encoding)
    if (/^\w+$/.test(serde.text)) return serde
    let name = this.#constants.get(serde.text)
    if (name === undefined) {
      this.#file.use(serde)
      name = this.#freeName(serde.text)
      this.#constants.set(serde.text, name)
    }
    return text(name)
  }

  /** In order of first use. */
  constants(): readonly { readonly name: string; readonly value: string }[] {
    return [...this.#constants].map(([value, name]) => ({ name, value }))
  }

  /** `loginEventSerde` of `avroSerde(loginEventCodec)`; `loginEventBareSerde` of `avroBareSerde(…)`. */
  #freeName(serde: string): string {
    const [, kind = '', argument = ''] = /^(\w+)\((\w+)/.exec(serde) ?? []
    const stem = argument.replace(/(?:Codec|Serde)$/, '')
    const base = kind.endsWith('WindowedSerde') ? `${stem}${upperFirst(kind)}` : `${stem}${upperFirst(kind.replace(/^avro/, ''))}`
    const taken = new Set(this.#constants.values())
    let name = base
    for (let number = 2; taken.has(name); number += 1) name = `${base}${number}`
    return name
  }
}
