import { posix } from 'node:path'
import { reservedFiles } from '../../file-names.js'
import type { Code, Import } from '../../model/data-type.js'
import type { LogicModel, MethodModel, StepModel, TopologyModel } from '../../model/topology.js'
import { importLines } from '../imports.js'
import { render } from '../render.js'
import { classDoc } from '../topology/processors.js'

/** A generated class that user code extends. */
export interface GeneratedClass {
  readonly topology: TopologyModel
  readonly step: StepModel
  readonly logic: LogicModel
  /** Where the generated folder is; absolute. */
  readonly generated: string
}

/** The methods that the manifest leaves to the subclass. */
export function methodsToWrite({ methods }: LogicModel): readonly MethodModel[] {
  return methods.filter(({ body }) => body === undefined)
}

/** All classes of the user code of topologies; `base` is what their paths are relative to, absolute. */
export function generatedClasses(topologies: readonly TopologyModel[], base: string): readonly GeneratedClass[] {
  return topologies.flatMap((topology) => {
    const generated = posix.resolve(base, topology.output)
    return topology.steps.flatMap((step) => step.logic.map((logic) => ({ topology, step, logic, generated })))
  })
}

/** What user code imports the class from: the topology's own module, without extension. */
export function entryOf({ topology, generated }: GeneratedClass): string {
  return posix.join(generated, topology.name)
}

/** A first subclass, for the user to go on with; `path` is where it will stand, absolute. */
export function stubText(base: GeneratedClass, path: string, extension: string): string {
  const { logic, step } = base
  const imports: Import[] = [{ name: logic.className, from: entryOf(base), typeOnly: false }]
  const use = (code: Code): string => {
    imports.push(...importsOf(code, base))
    return typeText(code)
  }
  const name = `${logic.className}Impl`
  const methods = methodsToWrite(logic).map((method) => ({
    doc: method.doc,
    signature: signature(method, use),
    place: `${name}.${method.name}`,
  }))
  const text = importLines(imports, path.replace(/\.ts$/, ''), extension)
  return render('stub.ts.hbs', { imports: text, doc: classDoc(step, logic), name, base: logic.className, methods })
}

/** The file that a new subclass gets: `by-user.ts` of `ByUser`; `aux_.ts` of `Aux`, since Windows keeps `aux` for a device. */
export function stubFile({ property }: LogicModel): string {
  const name = property.replace(/[A-Z]/g, (letter, at: number) => `${at === 0 ? '' : '-'}${letter.toLowerCase()}`)
  return `${name}${reservedFiles.test(name) ? '_' : ''}.ts`
}

export function signature(method: MethodModel, use: (type: Code) => string): string {
  const parameters = method.parameters.map((parameter) => `_${parameter.name}: ${use(parameter.type)}`).join(', ')
  return `protected override ${method.name}(${parameters}): ${use(method.result)}`
}

/** What user code finds in `millrace` itself. */
const publicNames: ReadonlySet<string> = new Set(['Headers', 'KeyValue', 'RecordMetadata', 'StreamRecord', 'ValueAndTimestamp', 'Windowed'])

/** What a type needs imported, as user code imports it: from packages, or from absolute paths. */
export function importsOf(code: Code, { generated }: GeneratedClass): readonly Import[] {
  return code.imports.flatMap((each) => {
    if (each.name === 'Nothing') return []
    if (each.from !== 'millrace/codegen') return [{ ...each, from: posix.join(generated, each.from) }]
    return [publicNames.has(each.name) ? { ...each, from: 'millrace' } : each]
  })
}

/** A type as user code writes it: `Nothing` is for generated code. */
export function typeText(code: Code): string {
  return code.text.replace(/^Nothing$/, 'void')
}
