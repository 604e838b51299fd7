import type { KeptNumber, ProcessorContext } from '../../topology/processor.js'

/** Time as a windowed operator knows it: kept with the state, so that a restart makes no late record welcome and emits no window twice. */
export interface WindowClock {
  /** Highest timestamp of a record with a key; -1 before the first. */
  readonly streamTime: KeptNumber
  /** The window close time of the last final results; -1 before the first. */
  readonly emitted: KeptNumber
}

export function windowClock(context: ProcessorContext): WindowClock {
  return { streamTime: context.keep('stream-time', -1), emitted: context.keep('emitted', -1) }
}
