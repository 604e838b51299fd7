import type { Place, Report } from '../diagnostics.js'
import type { Declaration, Manifest } from '../input/manifest.js'
import { entry, NodeReader, type Reference } from '../input/reader.js'
import type { InputNode } from '../input/yaml.js'
import type { TypeSystem } from '../model/data-type.js'
import { pascalCase } from '../model/step-names.js'
import type { Output, StepModel, StoreModel, TopicModel, TopologyModel } from '../model/topology.js'
import type { Method } from '../operators/methods.js'
import type { Built, Input, StepScope } from '../operators/operator.js'
import { suggest } from '../suggest.js'
import { checkNames, declaredNames } from './check-names.js'
import { checkUnused } from './check-unused.js'
import { buildLogic } from './logic.js'
import { type DeclaredStep, declareStep } from './steps.js'
import { StoreTable } from './stores.js'
import { buildTopics } from './topics.js'

/** From a manifest as written to a topology that has been checked; as much of it as can be had. */
export function buildTopology(manifest: Manifest, output: string, folderTypes: TypeSystem, report: Report): TopologyModel {
  const types = namedApart(folderTypes, declaredNames(manifest))
  const topics = buildTopics(manifest.topics, types, report)
  const stores = new StoreTable(manifest.stores, types, report)
  const steps = new StepBuilder(manifest, topics, stores, types, report).build()
  const declaredStores = stores.finish()
  const topology: TopologyModel = {
    name: manifest.name,
    className: pascalCase(manifest.name),
    file: manifest.file,
    output,
    application: manifest.application.name,
    imports: manifest.imports,
    topics: [...topics.values()],
    stores: declaredStores,
    steps: steps.map((step) => nameOwnStore(step, declaredStores)),
    manifest,
    typescript: (type) => types.typescript(type),
    serde: (type, encoding) => types.serde(type, encoding),
    describe: (type) => types.describe(type),
  }
  checkNames(topology, manifest, report)
  checkUnused(topology, manifest, report)
  return topology
}

/** The type system, whose types get other local names where the topology's files declare theirs. */
function namedApart(types: TypeSystem, taken: ReadonlySet<string>): TypeSystem {
  return {
    diagnostics: types.diagnostics,
    get types() {
      return types.types
    },
    resolve: (written, place) => types.resolve(written, place),
    typescript: (type) => types.typescript(type, taken),
    serde: (type, encoding) => types.serde(type, encoding, taken),
    describe: (type) => types.describe(type),
    equal: (a, b) => types.equal(a, b),
    remember: (older) => types.remember(older),
    files: () => types.files(),
  }
}

/** A store of the step's own that has to be declared (a processor asks for it) is named in the step too. */
function nameOwnStore(step: StepModel, stores: readonly StoreModel[]): StepModel {
  const own = stores.some((store) => store.name === step.name && store.owner === step.name)
  return own && step.spec.store === undefined ? { ...step, spec: { ...step.spec, store: step.name } } : step
}

type OutputOf = { readonly step: DeclaredStep; readonly output: Output | undefined }

/** A step on the way to what it takes, with the steps that it takes and that were not gone to yet. */
type Visit = { readonly step: DeclaredStep; readonly left: DeclaredStep[] }

/** Builds steps inputs first, whatever their order in the manifest. */
class StepBuilder {
  readonly #topics: ReadonlyMap<string, TopicModel>
  readonly #stores: StoreTable
  readonly #types: TypeSystem
  readonly #reader: NodeReader
  readonly #steps: readonly DeclaredStep[]
  readonly #byName: ReadonlyMap<string, DeclaredStep>
  /** Declared outputs: steps, branches, children. */
  readonly #producers = new Map<string, DeclaredStep>()
  readonly #built = new Map<DeclaredStep, StepModel | 'broken' | 'building'>()
  readonly #outputs = new Map<string, OutputOf>()
  readonly #declaredTopics: ReadonlySet<string>
  readonly #declaredSteps: ReadonlySet<string>

  constructor(manifest: Manifest, topics: ReadonlyMap<string, TopicModel>, stores: StoreTable, types: TypeSystem, report: Report) {
    this.#topics = topics
    this.#stores = stores
    this.#types = types
    this.#reader = new NodeReader(report)
    this.#declaredTopics = new Set(manifest.topics.map(({ name }) => name))
    this.#declaredSteps = new Set(manifest.steps.map(({ name }) => name))
    this.#steps = manifest.steps.flatMap((declaration: Declaration) => declareStep(declaration, types, this.#reader) ?? [])
    this.#byName = new Map(this.#steps.map((step) => [step.name, step]))
    for (const step of this.#steps) {
      for (const output of step.outputs) this.#declareOutput(step, output)
    }
  }

  build(): readonly StepModel[] {
    for (const step of this.#steps) this.#visit(step)
    return this.#steps.flatMap((step) => {
      const built = this.#built.get(step)
      return typeof built === 'object' ? [built] : []
    })
  }

  #declareOutput(step: DeclaredStep, output: Reference): void {
    const other = this.#producers.get(output.name) ?? (output.name === step.name ? undefined : this.#byName.get(output.name))
    if (other === undefined) this.#producers.set(output.name, step)
    else
      this.#reader.error(
        'name-collision',
        output.place,
        `\`${output.name}\` is a name of step \`${other.name}\` already.`,
        'Branches and children share their names with steps.',
      )
  }

  /** Builds a step after those that it takes. By hand, since steps may follow each other in a chain of any length. */
  #visit(first: DeclaredStep): void {
    const path: Visit[] = []
    const enter = (step: DeclaredStep) => {
      if (this.#built.has(step)) return
      this.#built.set(step, 'building')
      path.push({ step, left: this.#producersOf(step).reverse() })
    }
    enter(first)
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const next = top.left.pop()
      if (next !== undefined) enter(next)
      else {
        this.#build(top.step, path)
        path.pop()
      }
    }
  }

  #producersOf({ operator, inputs }: DeclaredStep): DeclaredStep[] {
    if (operator.input.of === 'topic') return []
    return inputs.flatMap(({ name }) => this.#producers.get(name) ?? [])
  }

  #build(step: DeclaredStep, path: readonly Visit[]): void {
    const inputs: Input[] = []
    let complete = step.complete
    for (const reference of step.inputs) {
      if (step.operator.input.of === 'topic') continue
      const input = this.#resolve(reference, path)
      if (input === undefined) complete = false
      else inputs.push(input)
    }
    const topics = step.operator.input.of === 'topic' ? step.inputs.map((reference) => this.#topic(reference)) : []
    if (topics.includes(undefined)) complete = false
    const scope = this.#scope(step, inputs, topics as readonly TopicModel[])
    if (!complete) this.#checkNames(step, scope)
    const built = complete ? step.operator.build(scope) : undefined
    this.#built.set(step, built === undefined ? 'broken' : this.#model(step, built, inputs))
    for (const { name } of step.outputs) this.#outputs.set(name, { step, output: built?.output })
  }

  #checkNames(step: DeclaredStep, scope: StepScope): void {
    step.operator.checkNames?.(scope)
    const { store, stores } = step.options as { readonly store?: Reference; readonly stores?: readonly Reference[] }
    if (store !== undefined) this.#stores.isDeclared(store)
    if (stores !== undefined) scope.connect(stores)
  }

  #topic(reference: Reference): TopicModel | undefined {
    if (this.#declaredTopics.has(reference.name)) return this.#topics.get(reference.name)
    return this.#reader.error(
      'unknown-topic',
      reference.place,
      `There is no topic \`${reference.name}\`.`,
      suggest(reference.name, this.#declaredTopics) ?? 'Declare it under `topics`.',
    )
  }

  #resolve(reference: Reference, path: readonly Visit[]): Input | undefined {
    const { name, place } = reference
    const producer = this.#producers.get(name)
    if (producer === undefined) {
      this.#reportUnknown(reference)
      return undefined
    }
    if (this.#built.get(producer) === 'building') {
      const steps = path.map(({ step }) => step)
      const cycle = [...steps.slice(steps.indexOf(producer)), producer].map((member) => `\`${member.name}\``)
      return this.#reader.error(
        'cycle',
        place,
        `The steps take each other as input: ${cycle.reverse().join(' → ')}.`,
        'To go round, write to a topic and read it back.',
      )
    }
    const output = this.#outputs.get(name)?.output
    if (output === undefined) {
      if (typeof this.#built.get(producer) === 'object') {
        this.#reader.error('wrong-input-kind', place, `\`${producer.operator.name}\` gives nothing, so step \`${name}\` is no input.`)
      }
      return undefined
    }
    return { ...output, name, place }
  }

  #reportUnknown({ name, place }: Reference): void {
    const split = this.#byName.get(name)
    if (split !== undefined) {
      const parts = split.outputs.map((output) => `\`${output.name}\``).join(', ')
      this.#reader.error(
        'unknown-step',
        place,
        `Step \`${name}\` gives ${parts || 'nothing'}, not an output of its own name.`,
        parts && `Take one of ${parts}.`,
      )
      return
    }
    if (this.#declaredSteps.has(name)) return
    const hint = suggest(name, this.#producers.keys())
    const topic = this.#declaredTopics.has(name) ? `\`${name}\` is a topic: read it by a step, \`{ stream: ${name} }\`.` : undefined
    this.#reader.error('unknown-step', place, `There is no step \`${name}\`.`, topic ?? hint)
  }

  #model(step: DeclaredStep, built: Built, inputs: readonly Input[]): StepModel {
    const output = built.output ?? built.types
    return {
      name: step.name,
      place: step.place,
      operator: step.operator.name,
      inputs: inputs.map((input) => input.name),
      spec: built.spec as StepModel['spec'],
      ...(built.output && { gives: built.output.kind }),
      ...(output && { output: { key: output.key, value: output.value } }),
      ...(built.output && { partitioning: built.output.partitioning }),
      logic: (built.logic ?? []).filter((logic) => logic !== undefined),
    }
  }

  #scope(step: DeclaredStep, inputs: readonly Input[], topics: readonly TopicModel[]): StepScope {
    const reader = this.#reader
    const placeOf = (option: string): Place => step.node.entries.find((candidate) => candidate.key === option)?.value.place ?? step.place
    return {
      name: step.name,
      place: step.place,
      types: this.#types,
      inputs,
      topics,
      reference: (key) => {
        const node = entry(step.node, key)
        if (node !== undefined) return reader.name(node, `\`${key}\` of step \`${step.name}\``)
        return reader.error('missing-key', step.place, `Step \`${step.name}\` has no \`${key}\`, which \`${step.operator.name}\` needs.`)
      },
      topic: (reference) => this.#topic(reference),
      options: step.options,
      placeOf,
      has: (key) => entry(step.node, key) !== undefined,
      error: (code, place, message, hint) => reader.error(code, place, message, hint),
      warning: (code, place, message, hint) => reader.warning(code, place, message, hint),
      logic: (definition) => buildLogic(step, definition, (method) => textOf(step, method), reader),
      store: (use) => this.#stores.fill((step.options as { readonly store?: Reference }).store, step.name, step.place, use),
      storeKind: (name) => this.#stores.kind(name),
      connect: (references) => references.flatMap((reference) => this.#stores.connect(reference, (name) => this.#byName.has(name)) ?? []),
      describe: (type) => this.#types.describe(type),
    }
  }
}

function textOf(step: DeclaredStep, { key, path = [] }: Method): InputNode | undefined {
  let node = entry(step.node, key)
  for (const part of path) node = node?.kind === 'map' ? entry(node, part) : undefined
  return node
}
