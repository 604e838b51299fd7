import type { ValueAndTimestamp, Windowed } from '../../core/record.js'
import type { Serde } from '../../serde/serde.js'
import { sessionWindowedSerde, timeWindowedSerde } from '../../serde/windowed.js'
import type { SessionStore, TimestampedWindowStore } from '../../stores/state-store.js'
import type { StoreSpec } from '../../stores/store-spec.js'
import type { TopologyBuilder } from '../../topology/builder.js'
import type { TableValues } from '../../topology/handles.js'
import { StepFailure } from '../../topology/problem.js'
import type { Processor } from '../../topology/processor.js'
import type { WindowSpec } from '../step.js'
import { namedStore } from '../tables/table-settings.js'
import { SessionWindowProcessor } from './session-window-processor.js'
import { SlidingWindowProcessor } from './sliding-window-processor.js'
import { TimeWindowProcessor, type TimeWindows } from './time-window-processor.js'
import type { WindowSettings } from './window-processor.js'

const forever = Number.MAX_SAFE_INTEGER

export function windowProcessor(window: WindowSpec, settings: WindowSettings): Processor {
  switch (window.kind) {
    case 'sliding':
      return new SlidingWindowProcessor(window, settings)
    case 'session':
      return new SessionWindowProcessor(window, settings)
    default:
      return new TimeWindowProcessor(timeWindows(window), settings)
  }
}

function timeWindows(window: Exclude<WindowSpec, { kind: 'sliding' | 'session' }>): TimeWindows {
  switch (window.kind) {
    case 'tumbling':
      return { sizeMs: window.sizeMs, advanceMs: window.sizeMs, graceMs: window.graceMs, originMs: 0 }
    case 'hopping':
      return { sizeMs: window.sizeMs, advanceMs: window.advanceMs, graceMs: window.graceMs, originMs: 0 }
    case 'unlimited':
      return { sizeMs: forever, advanceMs: forever, graceMs: 0, originMs: window.startMs }
  }
}

/** Throws if the times make no sense together. */
export function checkWindow(window: WindowSpec, emit: 'update' | 'close' | undefined): void {
  const positive = (what: string, ms: number): void => {
    if (!(ms > 0)) throw new StepFailure(`the ${what} of its windows is ${ms} ms.`, 'It must be more than 0.')
  }
  switch (window.kind) {
    case 'hopping':
      positive('advance', window.advanceMs)
      positive('size', window.sizeMs)
      if (window.advanceMs > window.sizeMs) {
        throw new StepFailure(`its windows of ${window.sizeMs} ms advance by ${window.advanceMs} ms.`, 'They must not leave gaps.')
      }
      break
    case 'tumbling':
      positive('size', window.sizeMs)
      break
    case 'sliding':
      if (!(window.timeDifferenceMs >= 0))
        throw new StepFailure(`its time difference is ${window.timeDifferenceMs} ms.`, 'It cannot be negative.')
      break
    case 'session':
      positive('gap', window.gapMs)
      break
    case 'unlimited':
      if (emit === 'close') throw new StepFailure('an unlimited window never closes.', 'Leave out emit: close.')
      return
  }
  if (!(window.graceMs >= 0)) throw new StepFailure(`the grace of its windows is ${window.graceMs} ms.`, 'It cannot be negative.')
}

/** How long a store must keep the windows: Kafka Streams' default retention, and the least that it may be. */
function neededRetention(window: WindowSpec): number {
  switch (window.kind) {
    case 'sliding':
      return 2 * window.timeDifferenceMs + window.graceMs
    case 'session':
      return window.gapMs + window.graceMs
    case 'unlimited':
      return forever
    default:
      return window.sizeMs + window.graceMs
  }
}

function windowSize(window: Exclude<WindowSpec, { kind: 'session' }>): number {
  switch (window.kind) {
    case 'sliding':
      return window.timeDifferenceMs
    case 'unlimited':
      return forever
    default:
      return window.sizeMs
  }
}

export function windowedKey(window: WindowSpec, key: Serde): Serde {
  return window.kind === 'session' ? sessionWindowedSerde(key) : timeWindowedSerde(key, windowSize(window))
}

/** The store for a windowed aggregation: the manifest's `name`, or one that has the name of the step. */
export function windowStoreSpec(
  builder: TopologyBuilder,
  step: string,
  name: string | undefined,
  { window, key, value, onClose }: { readonly window: WindowSpec; readonly key: Serde; readonly value: Serde; readonly onClose: boolean },
): StoreSpec {
  const retentionMs = neededRetention(window)
  const spec = namedStore(builder, step, name)
  // Windows that close are looked through by time with each record; tumbling ones stand in that order as it is.
  const timeOrdered = onClose && window.kind !== 'tumbling'
  if (spec === undefined) {
    if (window.kind === 'session') return { kind: 'session', name: step, key, value, retentionMs, timeOrdered }
    return { kind: 'timestampedWindow', name: step, key, value, retentionMs, windowSizeMs: windowSize(window), timeOrdered }
  }
  const session = window.kind === 'session'
  const fits = session ? spec.kind === 'session' : spec.kind === 'window' || spec.kind === 'timestampedWindow'
  if (!fits || !('retentionMs' in spec)) {
    throw new StepFailure(`the store ${spec.name} is a ${spec.kind} store.`, `Make its kind ${session ? 'session' : 'window'}.`)
  }
  if (spec.retentionMs < retentionMs) {
    throw new StepFailure(
      `the store ${spec.name} keeps windows for ${spec.retentionMs} ms, but ${retentionMs} ms are needed.`,
      'Raise its retention.',
    )
  }
  // Results that are final already have nothing to gain from a cache.
  const caching = onClose ? { caching: false } : {}
  if (spec.kind === 'session') return { ...spec, ...caching, timeOrdered }
  return {
    ...spec,
    ...caching,
    timeOrdered,
    kind: 'timestampedWindow',
    windowSizeMs: windowSize(window as Exclude<WindowSpec, { kind: 'session' }>),
  }
}

export function windowValues(store: string, window: WindowSpec): TableValues {
  return {
    stores: [store],
    open(context) {
      const get = window.kind === 'session' ? sessionGetter(context.store(store)) : windowGetter(context.store(store))
      return { get, getAsOf: get }
    },
  }
}

type Getter = (windowed: Windowed<unknown>) => ValueAndTimestamp<unknown> | undefined

function windowGetter(store: TimestampedWindowStore<unknown, unknown>): Getter {
  return ({ key, start }) => store.fetch(key, start)
}

function sessionGetter(store: SessionStore<unknown, unknown>): Getter {
  return ({ key, start, end }) => {
    const value = store.fetchSession(key, start, end)
    return value === undefined ? undefined : { value, timestamp: end }
  }
}
