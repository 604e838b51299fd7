import type { Place } from '../diagnostics.js'
import { entry } from '../input/reader.js'
import type { InputNode } from '../input/yaml.js'
import type { StepModel, TopologyModel } from '../model/topology.js'

/** The steps of a topology, as the rules go through them. */
export class Steps {
  readonly topology: TopologyModel
  readonly all: readonly StepModel[]
  readonly #producers: ReadonlyMap<string, StepModel>

  constructor(topology: TopologyModel) {
    this.topology = topology
    this.all = topology.steps
    this.#producers = new Map(topology.steps.flatMap((step) => outputNames(step).map((name) => [name, step] as const)))
  }

  /** The step that gives an output: a step's own, a branch, or a child. */
  producer(name: string): StepModel | undefined {
    return this.#producers.get(name)
  }

  consumers(name: string): readonly StepModel[] {
    return this.all.filter(({ inputs }) => inputs.includes(name))
  }

  /** What the manifest writes under a key of a step; undefined if it writes nothing. */
  written({ name }: StepModel, key: string): InputNode | undefined {
    const declared = this.topology.manifest.steps.find((step) => step.name === name)
    return declared && entry(declared.node, key)
  }

  /** Where a key of a step stands; the step, if it does not. */
  place(step: StepModel, key: string): Place {
    return this.written(step, key)?.place ?? step.place
  }

  /** The text of a step's method, if the manifest has it. */
  text(step: StepModel, key: string): string | undefined {
    const node = this.written(step, key)
    return node?.kind === 'scalar' ? node.text.trim() : undefined
  }
}

/** Names that later steps take what a step gives by. */
export function outputNames({ name, spec }: StepModel): readonly string[] {
  if (!Array.isArray(spec.into)) return [name]
  return typeof spec.default === 'string' ? [...spec.into, spec.default] : spec.into
}

/** Names of topics in a step's spec. */
export function topicNames({ spec }: StepModel): readonly string[] {
  return [spec.topic, spec.topics].flat().filter((name) => typeof name === 'string')
}

/** Does the step write the key anew, so that what groups or joins after it repartitions? */
export function changesKey({ operator, partitioning }: StepModel): boolean {
  return partitioning?.rekeyed === true && ['map', 'flatMap', 'selectKey', 'process', 'groupBy', 'toStream'].includes(operator)
}
