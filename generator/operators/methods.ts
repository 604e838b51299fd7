import type { Code } from '../model/code.js'
import { text } from '../model/code.js'

/** A method of a class of user code, before it is known whether the manifest writes it. */
export interface Method {
  readonly name: string
  /** The key that holds its text. */
  readonly key: string
  /** Where the key holds a mapping: the keys down to the text. */
  readonly path?: readonly string[]
  readonly doc: string
  readonly parameters: readonly Parameter[]
  readonly result: Code
  /** Names beside the parameters that inline logic has, by what they are taken from. */
  readonly scope: Readonly<Record<string, 'record' | 'this' | 'context'>>
  readonly optional: boolean
  /** Does the runtime's class declare it? */
  readonly override: boolean
}

export interface Parameter {
  readonly name: string
  /** A text is the name of one of the class's own types: `In`. */
  readonly type: Code | string
}

const recordScope = { key: 'record', value: 'record', timestamp: 'record', headers: 'record', context: 'this' } as const

type MethodOptions = { readonly optional?: boolean; readonly override?: boolean; readonly path?: readonly string[] }

/** A method that gets the record, and perhaps more. */
export function recordMethod(
  key: string,
  name: string,
  doc: string,
  result: Code,
  more: readonly Parameter[] = [],
  options: MethodOptions = {},
): Method {
  const taken = new Set(more.map((parameter) => parameter.name))
  const scope = Object.fromEntries(Object.entries(recordScope).filter(([entry]) => !taken.has(entry)))
  return {
    key,
    name,
    doc,
    result,
    parameters: [{ name: 'record', type: 'In' }, ...more],
    scope,
    optional: false,
    override: true,
    ...options,
  }
}

/** A method that gets what it needs as parameters. */
export function plainMethod(
  key: string,
  name: string,
  doc: string,
  result: Code,
  parameters: readonly Parameter[],
  options: MethodOptions = {},
): Method {
  const scope = parameters.some((parameter) => parameter.name === 'context') ? {} : ({ context: 'this' } as const)
  return { key, name, doc, result, parameters, scope, optional: false, override: true, ...options }
}

export const number = text('number')
export const boolean = text('boolean')
