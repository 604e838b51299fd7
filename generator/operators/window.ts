import type { Place } from '../diagnostics.js'
import { entry, type NodeReader } from '../input/reader.js'
import type { InputNode, MapNode } from '../input/yaml.js'
import { formatDuration } from '../model/durations.js'
import type { WindowSpec } from '../model/runtime-symbols.js'
import { type OptionContext, type OptionSyntax, readDuration } from './options.js'

/** `window:` of an aggregation. */
export interface WindowOption {
  readonly window: WindowSpec
  readonly emit: 'update' | 'close'
  readonly retentionMs?: number
  readonly place: Place
}

const kinds = ['tumbling', 'hopping', 'sliding', 'session', 'unlimited'] as const
const duration = { $ref: '#/$defs/duration' }
const shared = { grace: duration, retention: duration, emit: { enum: ['update', 'close'] } }

function variant(kind: string, own: object, requires: readonly string[] = []): object {
  return { type: 'object', properties: { ...own, ...shared }, required: [kind, ...requires], additionalProperties: false }
}

export const windowOption: OptionSyntax<WindowOption> = {
  doc: 'Aggregates by key and window: `tumbling`, `hopping`, `sliding`, `session` or `unlimited`, with `grace`, `retention` and `emit`.',
  required: false,
  schema: {
    anyOf: [
      variant('tumbling', { tumbling: duration }),
      variant('hopping', { hopping: duration, advance: duration }, ['advance']),
      variant('sliding', { sliding: duration }),
      variant('session', { session: duration }),
      variant('unlimited', { unlimited: { type: ['integer', 'string'] } }),
    ],
  },
  read: readWindow,
}

function readWindow(node: InputNode, { reader, what }: OptionContext): WindowOption | undefined {
  const map = reader.map(node, what)
  if (map === undefined) return undefined
  const [kind, ...others] = kinds.filter((candidate) => entry(map, candidate) !== undefined)
  const known = kind === undefined ? [...kinds, 'advance'] : kind === 'hopping' ? [kind, 'advance'] : [kind]
  reader.unknownKeys(map, [...known, ...others, 'grace', 'retention', 'emit'], 'a window')
  if (kind === undefined)
    return reader.error('missing-key', map.place, `${what} names no kind of window: ${kinds.map((name) => `\`${name}\``).join(', ')}.`)
  if (others.length > 0) return reader.error('invalid-window', map.place, `A window is \`${kind}\` or \`${others[0]}\`, not both.`)

  const time = (key: string): number | undefined => {
    const value = entry(map, key)
    return value && readDuration(value, { reader, what: `\`${key}\`` })
  }
  const graceMs = entry(map, 'grace') === undefined ? 0 : time('grace')
  const retentionMs = time('retention')
  const emitNode = entry(map, 'emit')
  const emit = emitNode === undefined ? 'update' : reader.choice(emitNode, '`emit`', ['update', 'close'])
  const window = graceMs === undefined ? undefined : windowOf(kind, map, graceMs, time, reader)
  if (window === undefined || emit === undefined) return undefined
  if (window.kind === 'unlimited' && emit === 'close') {
    return reader.error('invalid-window', emitNode!.place, 'An unlimited window never closes: `emit: close` would give nothing.')
  }
  const needed = neededRetention(window)
  if (retentionMs !== undefined && retentionMs < needed) {
    reader.error(
      'invalid-window',
      entry(map, 'retention')!.place,
      `A retention of ${formatDuration(retentionMs)} is shorter than the ${formatDuration(needed)} that the window needs.`,
    )
    return undefined
  }
  return { window, emit, place: map.place, ...(retentionMs === undefined ? {} : { retentionMs }) }
}

function windowOf(
  kind: (typeof kinds)[number],
  map: MapNode,
  graceMs: number,
  time: (key: string) => number | undefined,
  reader: NodeReader,
): WindowSpec | undefined {
  if (kind === 'unlimited') return unlimited(map, reader)
  const sizeMs = time(kind)
  if (sizeMs === undefined) return undefined
  const place = entry(map, kind)!.place
  switch (kind) {
    case 'sliding':
      return { kind, timeDifferenceMs: sizeMs, graceMs }
    case 'session':
      return sizeMs > 0 ? { kind, gapMs: sizeMs, graceMs } : reader.error('invalid-window', place, 'The gap of a session is longer than 0.')
    case 'tumbling':
      return sizeMs > 0 ? { kind, sizeMs, graceMs } : reader.error('invalid-window', place, 'A window is longer than 0.')
    case 'hopping': {
      if (sizeMs === 0) return reader.error('invalid-window', place, 'A window is longer than 0.')
      const advance = entry(map, 'advance')
      if (advance === undefined)
        return reader.error('missing-key', map.place, 'A hopping window has an `advance`: the time from one window to the next.')
      const advanceMs = time('advance')
      if (advanceMs === undefined) return undefined
      if (advanceMs > 0 && advanceMs <= sizeMs) return { kind, sizeMs, advanceMs, graceMs }
      return reader.error(
        'invalid-window',
        advance.place,
        'Windows advance by more than 0 and at most their size.',
        'With larger steps some records would be in no window.',
      )
    }
  }
}

function unlimited(map: MapNode, reader: NodeReader): WindowSpec | undefined {
  const node = entry(map, 'unlimited')!
  for (const key of ['grace', 'retention']) {
    const place = map.entries.find((candidate) => candidate.key === key)?.keyPlace
    if (place) return reader.error('invalid-window', place, `An unlimited window has no \`${key}\`: it never ends.`)
  }
  const scalar = reader.scalar(node, '`unlimited`', 'a start, in milliseconds since the epoch or as an ISO date')
  if (scalar === undefined) return undefined
  const startMs = typeof scalar.value === 'number' ? scalar.value : isoDate(scalar.text)
  if (Number.isSafeInteger(startMs) && startMs >= 0) return { kind: 'unlimited', startMs }
  return reader.error(
    'invalid-window',
    node.place,
    'An unlimited window starts at a time: milliseconds since the epoch, or a date such as `2024-01-01T00:00:00Z`.',
  )
}

/** With a date alone it is UTC; a time without a zone is refused, since it would depend on where `gen` runs. */
function isoDate(text: string): number {
  return /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d))?$/.test(text) ? Date.parse(text) : Number.NaN
}

/** How long a store has to keep a window: Kafka Streams refuses less, and takes this where nothing is said. */
export function neededRetention(window: WindowSpec): number {
  switch (window.kind) {
    case 'tumbling':
    case 'hopping':
      return window.sizeMs + window.graceMs
    case 'sliding':
      return 2 * window.timeDifferenceMs + window.graceMs
    case 'session':
      return window.gapMs + window.graceMs
    case 'unlimited':
      return Number.MAX_SAFE_INTEGER
  }
}

/** Size of the windows in the store and in the keys; of sessions there is none. */
export function windowSize(window: WindowSpec): number {
  switch (window.kind) {
    case 'tumbling':
    case 'hopping':
      return window.sizeMs
    case 'sliding':
      return window.timeDifferenceMs
    case 'session':
      return 0
    case 'unlimited':
      return Number.MAX_SAFE_INTEGER
  }
}

/** How long after its end a window still takes records (Kafka Streams' `GraceAndStore`: a session also its gap). */
export function graceAfterEnd(window: WindowSpec): number {
  if (window.kind === 'unlimited') return 0
  return window.kind === 'session' ? window.gapMs + window.graceMs : window.graceMs
}
