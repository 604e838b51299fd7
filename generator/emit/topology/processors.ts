import { posix } from 'node:path'
import { runtimeValue } from '../../model/code.js'
import {
  type AliasModel,
  importedAs,
  inlineLogic,
  type LogicModel,
  type MethodModel,
  type StepModel,
  type TopologyModel,
} from '../../model/topology.js'
import { render } from '../render.js'
import { quoted } from '../source-text.js'
import { type EmitContext, GeneratedFile } from './file.js'
import { bodyLines, indented, parameterNames } from './inline.js'
import { storesType } from './stores.js'

/** `processors.ts`: a class for each piece of user code, abstract where the manifest does not write it. */
export function processorsFile(topology: TopologyModel, context: EmitContext): string {
  const file = new GeneratedFile(`${topology.name}/processors`, context)
  const classes = topology.steps.flatMap((step) => step.logic.map((logic) => classView(step, logic, topology, file)))
  const uses = new Set(inlineLogic(topology).flatMap((body) => [...body.uses]))
  for (const name of ['StreamRecord', 'Headers'] as const) if (uses.has(name)) file.use(runtimeValue(name))
  return render('processors.ts.hbs', { header: file.header, imports: file.imports() + userImports(topology, uses, context.base), classes })
}

function classView(step: StepModel, logic: LogicModel, topology: TopologyModel, file: GeneratedFile) {
  const stores = storesType(logic.stores ?? [], topology, step.name, file)
  return {
    doc: classDoc(step, logic),
    name: logic.className,
    base: file.use(logic.base),
    modifier: logic.concrete ? '' : 'abstract ',
    methods: logic.methods.map((method) => methodView(method, file)),
    stores,
    hasStores: stores.length > 0,
    aliases: logic.aliases.map((alias) => aliasView(alias, file)),
  }
}

/** Which step a class is of, in words. */
export function classDoc(step: StepModel, logic: LogicModel): string {
  const topics = [step.spec.topics ?? step.spec.topic].flat().filter((topic) => typeof topic === 'string')
  const of = step.inputs.length > 0 ? step.inputs : topics
  const from = step.inputs.length > 0 ? '' : of.length > 1 ? 'topics ' : 'topic '
  const what = logic.role === undefined ? '' : logic.role === 'timestamp' ? 'timestamps for ' : 'partitions for '
  return `Step \`${step.name}\`: ${what}\`${step.operator}\` of ${from}${of.map((name) => `\`${name}\``).join(', ')}.`
}

function methodView(method: MethodModel, file: GeneratedFile) {
  const { name, doc, result, body } = method
  const parameters = parameterNames(method)
    .map((parameter, index) => `${parameter}: ${file.use(method.parameters[index]!.type)}`)
    .join(', ')
  const modifiers = ['protected', ...(body === undefined ? ['abstract'] : []), ...(method.override ? ['override'] : [])].join(' ')
  return {
    doc,
    signature: `${modifiers} ${name}(${parameters}): ${file.use(result)}`,
    hasBody: body !== undefined,
    body: body === undefined ? '' : indented(bodyLines(method, body)),
  }
}

function aliasView({ name, doc, type }: AliasModel, file: GeneratedFile) {
  return { name, doc, type: file.use(type) }
}

/** What inline logic uses of the manifest's `imports`; modules that are paths are seen from the manifest, and written from here. */
function userImports(topology: TopologyModel, uses: ReadonlySet<string>, base: string): string {
  const here = posix.resolve(base, topology.output, topology.name)
  return topology.imports
    .flatMap(({ module, names }) => {
      const used = names.map(({ name }) => name).filter((name) => uses.has(importedAs(name)))
      if (used.length === 0) return []
      const isPath = module.name.startsWith('.')
      const from = isPath ? relativePath(here, posix.resolve(base, posix.dirname(topology.file), module.name)) : module.name
      return [`import { ${used.join(', ')} } from ${quoted(from)}\n`]
    })
    .join('')
}

function relativePath(from: string, to: string): string {
  const path = posix.relative(from, to)
  return path.startsWith('.') ? path : `./${path}`
}
