import { bytesSerde } from '../serde/primitives.js'
import type { TopologyBuilder } from '../topology/builder.js'
import { StepFailure } from '../topology/problem.js'
import { bufferedRecordsOf } from './buffers/buffered-record.js'
import type { StepBase } from './step.js'
import { addSuppressedTable, type Suppression } from './tables/suppress-table.js'

/** Holds a table's updates back (KIP-328). Kafka Streams: `KTable.suppress`. */
export interface SuppressStep extends StepBase {
  readonly operator: 'suppress'
  readonly input: string
  /** Window close: the window's end and `graceMs` (sessions: gap and grace); else so long after the first update, milliseconds. */
  readonly until: { readonly kind: 'windowClose'; readonly graceMs: number } | { readonly kind: 'timeLimit'; readonly limitMs: number }
  readonly maxRecords?: number
  readonly maxBytes?: number
  /** `spill`: what is over the bound goes to disk. Default with a bound: `emitEarly` for time limits, `shutDown` for window close. */
  readonly whenFull?: 'emitEarly' | 'shutDown' | 'spill'
}

export function buildSuppress(step: SuppressStep, builder: TopologyBuilder): void {
  const input = builder.table(step.input)
  const { until } = step
  if (until.kind === 'windowClose' && !input.windowed) {
    throw new StepFailure(`${step.input} has no windows that close.`, 'Use timeLimit, or aggregate in windows.')
  }
  if (input.versioned) throw new StepFailure(`${step.input} is versioned, which cannot be suppressed.`, 'Keep it in a keyValue store.')
  const bounded = step.maxRecords !== undefined || step.maxBytes !== undefined
  const whenFull = step.whenFull ?? (until.kind === 'windowClose' ? 'shutDown' : 'emitEarly')
  if (until.kind === 'windowClose' && bounded && whenFull === 'emitEarly') {
    throw new StepFailure('it would send results before their windows close.', 'Use whenFull: shutDown or spill.')
  }
  const suppression: Suppression = {
    name: step.name,
    key: step.key ?? input.key,
    value: step.value ?? input.value,
    finalResults: until.kind === 'windowClose',
    waitMs: until.kind === 'windowClose' ? until.graceMs : until.limitMs,
    maxRecords: whenFull === 'spill' ? undefined : step.maxRecords,
    maxBytes: whenFull === 'spill' ? undefined : step.maxBytes,
    emitEarly: whenFull === 'emitEarly',
  }
  const buffered = bufferedRecordsOf(suppression.key, suppression.value)
  builder.addInternalStore(step.name, { kind: 'keyValue', name: step.name, key: bytesSerde, value: buffered })
  builder.define(step.name, addSuppressedTable(builder, suppression, input))
}
