import type { Code } from '../model/code.js'
import { text } from '../model/code.js'
import type { DataType } from '../model/data-type.js'
import type { WindowSpec } from '../model/runtime-symbols.js'
import type { Output } from '../model/topology.js'
import { nonNull, windowedKey } from '../model/types.js'
import { checkCopartitioned, heldIn, repartitioned } from './checks.js'
import { type Method, type Parameter, recordMethod } from './methods.js'
import type { Input, MethodSyntax, StepScope } from './operator.js'
import { storeOption } from './options.js'
import { type WindowOption, windowOption, windowSize } from './window.js'

/** What `count`, `reduce`, `aggregate` and `cogroup` share. */
export const aggregationOptions = { window: windowOption, store: storeOption }

export const onLateMethod: MethodSyntax = {
  method: 'onLate',
  doc: 'Called with each record that comes too late for its window, and is dropped.',
  scope: ['record', 'window', 'streamTime'],
  result: 'nothing',
  optional: true,
  when: 'with `window`',
}

/** The value that an aggregation sees: a null is dropped before, but not by tumbling, hopping and session windows. */
export function aggregatedValue(input: Input, window: WindowSpec | undefined): DataType {
  const dropsNull = window === undefined || window.kind === 'sliding'
  return dropsNull || input.of === 'table' ? nonNull(input.value) : input.value
}

export function onLate(): Method {
  const window: Parameter = { name: 'window', type: text('{ readonly start: number; readonly end: number }') }
  const streamTime: Parameter = { name: 'streamTime', type: text('number') }
  return recordMethod('onLate', 'onLate', onLateMethod.doc, text('void'), [window, streamTime], { optional: true })
}

/** Options of windows where there are none, and windows of a table. */
export function checkWindow(step: StepScope, operator: string, inputs: readonly Input[]): boolean {
  if (!step.has('window') && step.has('onLate')) {
    step.error('invalid-option', step.placeOf('onLate'), `Without \`window\` no record is late: \`${operator}\` never calls \`onLate\`.`)
  }
  if (!step.has('window') || inputs.every((input) => input.of !== 'table')) return true
  step.error(
    'invalid-option',
    step.placeOf('window'),
    'A grouped table has no windows: its rows are states, not events.',
    'Window the stream before it becomes a table.',
  )
  return false
}

/** The table that an aggregation gives, and the fields of its spec. */
export function aggregated(step: StepScope, inputs: readonly Input[], key: DataType, value: DataType) {
  const { window } = step.options as { readonly window?: WindowOption }
  checkCopartitioned(step, inputs)
  const kept = nonNull(value)
  const store = step.store({
    holds: window === undefined ? 'table' : window.window.kind === 'session' ? 'session' : 'window',
    key: nonNull(key),
    value: kept,
    ...(window && { window: window.window }),
    ...(window?.retentionMs === undefined ? {} : { retentionMs: window.retentionMs }),
  })
  const output: Output = {
    kind: 'table',
    key: windowedKey(key, window?.window, window === undefined ? 0 : windowSize(window.window)),
    value: kept,
    ...(window && { window: window.window }),
    ...heldIn(step, store),
    partitioning: repartitioned(step, inputs),
  }
  const spec = {
    ...(window && { window: window.window }),
    ...(window?.emit === 'close' ? { emit: 'close' as const } : {}),
    ...(store && { store }),
  }
  return { output, spec }
}

export function parameter(name: string, type: Code): Parameter {
  return { name, type }
}
