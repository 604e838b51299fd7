import { posix } from 'node:path'
import type { Code } from '../model/data-type.js'
import type { LogicModel, TopologyModel } from '../model/topology.js'
import { importLines } from './imports.js'
import { render } from './render.js'
import { classDoc } from './topology/processors.js'

/** A first subclass of an abstract class, for the user to go on with. */
export interface Stub {
  /** The abstract class that it extends. */
  readonly className: string
  /** From the folder of the stubs: `suspicious.ts`. */
  readonly path: string
  readonly text: string
}

export interface StubOptions {
  /** Where the stubs go, and what the topology's paths are relative to; absolute. */
  readonly folder: string
  readonly base: string
  readonly extension: string
}

/** A stub for each class of a topology that the manifest leaves to be written. */
export function stubsOf(topology: TopologyModel, { folder, base, extension }: StubOptions): readonly Stub[] {
  const generated = posix.resolve(base, topology.output)
  return topology.steps.flatMap((step) =>
    step.logic
      .filter(({ concrete }) => !concrete)
      .map((logic) => {
        const path = `${kebabCase(logic)}.ts`
        const text = stubText(logic, classDoc(step, logic), {
          from: posix.join(folder, path),
          generated,
          extension,
          entry: posix.join(generated, topology.name),
        })
        return { className: logic.className, path, text }
      }),
  )
}

/** What user code finds in `millrace` itself. */
const publicNames: ReadonlySet<string> = new Set(['Headers', 'KeyValue', 'RecordMetadata', 'StreamRecord', 'ValueAndTimestamp', 'Windowed'])

interface Places {
  readonly from: string
  readonly generated: string
  readonly entry: string
  readonly extension: string
}

function stubText(logic: LogicModel, doc: string, { from, generated, entry, extension }: Places): string {
  const imports = [{ name: logic.className, from: entry, typeOnly: false }]
  const use = (code: Code): string => {
    for (const each of code.imports) {
      if (each.name === 'Nothing') continue
      const source =
        each.from !== 'millrace/codegen' ? posix.join(generated, each.from) : publicNames.has(each.name) ? 'millrace' : each.from
      imports.push({ ...each, from: source })
    }
    return code.text.replace(/^Nothing$/, 'void')
  }
  const name = `${logic.className}Impl`
  const methods = logic.methods
    .filter(({ body }) => body === undefined)
    .map((method) => {
      const parameters = method.parameters.map((parameter) => `_${parameter.name}: ${use(parameter.type)}`).join(', ')
      return {
        doc: method.doc,
        signature: `protected override ${method.name}(${parameters}): ${use(method.result)}`,
        place: `${name}.${method.name}`,
      }
    })
  const text = importLines(imports, from.replace(/\.ts$/, ''), extension)
  return render('stub.ts.hbs', { imports: text, doc, name, base: logic.className, methods })
}

/** `by-user` of `ByUser`. */
function kebabCase({ property }: LogicModel): string {
  return property.replace(/[A-Z]/g, (letter, at: number) => `${at === 0 ? '' : '-'}${letter.toLowerCase()}`)
}
