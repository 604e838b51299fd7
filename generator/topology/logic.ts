import type { Place } from '../diagnostics.js'
import type { NodeReader } from '../input/reader.js'
import { parseSnippet } from '../input/snippet.js'
import type { InputNode, ScalarNode } from '../input/yaml.js'
import { type Code, text } from '../model/code.js'
import { camelCase, pascalCase, stepClassName } from '../model/step-names.js'
import type { InlineLogic, LogicModel, MethodModel } from '../model/topology.js'
import type { Method } from '../operators/methods.js'
import type { LogicDefinition } from '../operators/operator.js'

/** What the manifest says of a method: to be written in a subclass, or its text. */
type Written = { readonly kind: 'abstract' } | { readonly kind: 'inline'; readonly logic: InlineLogic | undefined }

const roleNames = { timestamp: 'timestampExtractor', partitioner: 'partitioner' } as const

/** The class for a step's user code; undefined where no method is needed or wanted. */
export function buildLogic(
  step: { readonly name: string; readonly place: Place },
  definition: LogicDefinition,
  textOf: (method: Method) => InputNode | undefined,
  reader: NodeReader,
): LogicModel | undefined {
  const role = definition.role
  const className = role === undefined ? stepClassName(step.name) : `${pascalCase(step.name)}${pascalCase(role)}`
  const typeOf = (type: Code | string): Code => (typeof type === 'string' ? text(`${className}.${type}`) : type)

  const methods = definition.methods.flatMap((method): readonly MethodModel[] => {
    const node = textOf(method)
    if (node === undefined && method.optional) return []
    const written = node && readText(method, node, reader)
    const { name, doc, override } = method
    const parameters = method.parameters.map((parameter) => ({ name: parameter.name, type: typeOf(parameter.type) }))
    const body = written?.kind === 'inline' ? written.logic : undefined
    return [{ name, doc, override, parameters, result: method.result, ...(body && { body }) }]
  })
  if (methods.length === 0 && definition.methods.every((method) => method.optional)) return undefined

  return {
    className,
    property: role === undefined ? camelCase(step.name) : `${camelCase(step.name)}${pascalCase(role)}`,
    field: role === undefined ? 'logic' : roleNames[role],
    ...(role && { role }),
    base: definition.base,
    aliases: Object.entries(definition.aliases ?? {}).map(([name, alias]) => ({ name, ...alias })),
    methods,
    ...(definition.stores && { stores: definition.stores }),
    concrete: methods.every((method) => method.body !== undefined),
  }
}

function readText(method: Method, node: InputNode, reader: NodeReader): Written | undefined {
  if (node.kind !== 'scalar') {
    const shown = node.kind === 'map' ? 'YAML reads this as a mapping.' : 'YAML reads this as a list.'
    reader.error(
      'logic-syntax',
      node.place,
      `\`${method.key}\` is TypeScript as text. ${shown}`,
      'Put it in quotes, or after `|` on lines of its own.',
    )
    return undefined
  }
  if (node.text === 'abstract') return { kind: 'abstract' }
  return { kind: 'inline', logic: readLogic(method, node, reader) }
}

function readLogic(method: Method, node: ScalarNode, reader: NodeReader): InlineLogic | undefined {
  if (node.text.trim() === '') {
    return reader.error(
      'logic-syntax',
      node.place,
      `\`${method.key}\` is empty.`,
      'Write an expression, or leave the key out and write a subclass.',
    )
  }
  const snippet = parseSnippet(node.text)
  if (snippet.kind === 'broken') {
    const hint =
      node.isPlain && snippet.offset >= node.text.length ? 'Within `{ }` a comma ends a text without quotes: put it in quotes.' : undefined
    return reader.error('logic-syntax', placeWithin(node, snippet.offset), snippet.message, hint)
  }
  return { kind: snippet.kind, node, scope: method.scope, uses: snippet.identifiers }
}

/** Where a character of a scalar's text stands in the file. */
export function placeWithin(node: ScalarNode, offset: number): Place {
  const before = node.text.slice(0, Math.min(offset, node.text.trimEnd().length)).split('\n')
  const line = node.lines[before.length - 1]
  if (line === undefined) return node.place
  return { ...line, column: line.column + (before.at(-1)?.length ?? 0) }
}
