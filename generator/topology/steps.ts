import type { Declaration } from '../input/manifest.js'
import { entry, type NodeReader, type Reference, shorten } from '../input/reader.js'
import type { MapNode } from '../input/yaml.js'
import type { TypeSystem } from '../model/data-type.js'
import type { Operator } from '../operators/operator.js'
import type { Options, OptionValues } from '../operators/options.js'
import { operators } from '../operators/registry.js'
import { didYouMean } from '../suggest.js'

/** A step whose own keys have been read; its inputs are still names. */
export interface DeclaredStep extends Reference {
  readonly node: MapNode
  readonly operator: Operator
  /** Steps or topics, as the operator wants. */
  readonly inputs: readonly Reference[]
  readonly options: OptionValues<Options>
  /** Names that later steps may take. */
  readonly outputs: readonly Reference[]
  /** False if something that the operator needs is missing or wrong. */
  readonly complete: boolean
}

export function declareStep(declaration: Declaration, types: TypeSystem, reader: NodeReader): DeclaredStep | undefined {
  const { name, place, node } = declaration
  const operator = findOperator(declaration, reader)
  if (operator === undefined) return undefined
  const known = [operator.name, ...Object.keys(operator.options), ...Object.keys(operator.methods)]
  reader.unknownKeys(node, known, `\`${operator.name}\``)

  const inputs = readInputs(operator, node, reader)
  let complete = inputs !== undefined
  const options: Record<string, unknown> = {}
  for (const [key, option] of Object.entries(operator.options)) {
    const written = entry(node, key)
    if (written === undefined) {
      if (!option.required) continue
      complete = false
      reader.missingKey(node, key, known, place, `Step \`${name}\` has no \`${key}\`, which \`${operator.name}\` needs.`, option.doc)
      continue
    }
    const value = option.read(written, { reader, types, what: `\`${key}\` of step \`${name}\`` })
    if (value === undefined) complete &&= option.isMinor === true
    else options[key] = value
  }
  const outputs = operator.outputs?.(options as OptionValues<Options>) ?? [{ name, place }]
  return { name, place, node, operator, inputs: inputs ?? [], options: options as OptionValues<Options>, outputs, complete }
}

/** The operator whose key the step has; of several the one that knows the others as options (`aggregate` has a `merge`). */
function findOperator({ name, place, node }: Declaration, reader: NodeReader): Operator | undefined {
  const found = node.entries.flatMap(({ key }) => operators.get(key) ?? [])
  const [first, ...others] = found
  if (first === undefined) {
    for (const { key, keyPlace } of node.entries) {
      const hint = didYouMean(key, operators.keys())
      if (hint !== undefined) return reader.error('unknown-operator', keyPlace, `There is no operator \`${shorten(key)}\`.`, hint)
    }
    const [entry] = node.entries
    return reader.error(
      'unknown-operator',
      entry?.keyPlace ?? place,
      `Step \`${name}\` has no operator.`,
      `An operator is one of ${[...operators.keys()].map((key) => `\`${key}\``).join(', ')}.`,
    )
  }
  if (others.length === 0) return first
  const taking = found.filter((operator) =>
    found.every((other) => other === operator || other.name in operator.options || other.name in operator.methods),
  )
  if (taking.length === 1) return taking[0]
  return reader.error(
    'ambiguous-operator',
    place,
    `Step \`${name}\` has more than one operator: ${found.map((operator) => `\`${operator.name}\``).join(', ')}.`,
    'Make a step of each.',
  )
}

function readInputs(operator: Operator, node: MapNode, reader: NodeReader): readonly Reference[] | undefined {
  const { of, count } = operator.input
  const written = entry(node, operator.name)!
  const noun = of === 'topic' ? 'topic' : 'step'
  if (count === 'one' && written.kind === 'list') {
    return reader.error(
      'unexpected-value',
      written.place,
      `\`${operator.name}\` takes one ${noun}.`,
      of === 'step' ? 'To take several, `merge` them first.' : undefined,
    )
  }
  const inputs = reader.references(written, `\`${operator.name}\``)
  if (inputs === undefined) return undefined
  const wanted = count === 'two' ? 'two' : count === 'many' ? 'two or more' : 'one or more'
  const enough = count === 'two' ? inputs.length === 2 : inputs.length >= (count === 'many' ? 2 : 1)
  if (!enough) {
    const hint = count === 'two' ? `They are a list: \`${operator.name}: [left, right]\`.` : undefined
    return reader.error('unexpected-value', written.place, `\`${operator.name}\` takes ${wanted} ${noun}s, not ${inputs.length}.`, hint)
  }
  return inputs
}
