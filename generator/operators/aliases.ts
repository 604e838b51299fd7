import { type Code, code, runtimeType } from '../model/code.js'
import type { DataType } from '../model/data-type.js'
import { orNull } from '../model/types.js'
import type { Input, StepScope } from './operator.js'

/** Types as generated code writes them. */
export function typescript(step: StepScope, type: DataType): Code {
  return step.types.typescript(type)
}

export function recordOf(key: Code, value: Code): Code {
  return code`${runtimeType('StreamRecord')}<${key}, ${value}>`
}

/** `In`: the record that a step's methods get. */
export function inAlias(
  step: StepScope,
  key: DataType,
  value: DataType,
  from: string,
): { readonly In: { readonly doc: string; readonly type: Code } } {
  return { In: { doc: `A record of ${from}.`, type: recordOf(typescript(step, key), typescript(step, value)) } }
}

/** Names of inputs or topics for docs: `` `a` and `b` ``. */
export function named(names: readonly { readonly name: string }[]): string {
  const quoted = names.map(({ name }) => `\`${name}\``)
  return quoted.length < 2 ? (quoted[0] ?? '') : `${quoted.slice(0, -1).join(', ')} and ${quoted.at(-1)}`
}

/** The value that a record of this input carries: of a table's changes null too. */
export function changeValue(input: Input): DataType {
  return input.kind === 'table' ? orNull(input.value) : input.value
}
