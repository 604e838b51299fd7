/**
 * Goal: what a window holds in the end is what its definition says, whatever the order in which records come, on three partitions and over restarts.
 * Method: random records, counted by the operators and by a plain model. The seed is printed; SEED=… plays it again.
 */
import test, { type ExecutionContext } from 'ava'
import type { Windowed } from '#runtime/core/record.js'
import type { StepSpec } from '#runtime/operators/registry.js'
import type { WindowSpec } from '#runtime/operators/step.js'
import { longSerde, stringSerde } from '#runtime/serde/primitives.js'
import { sessionWindowedSerde, timeWindowedSerde } from '#runtime/serde/windowed.js'
import type { TopicSpec } from '#runtime/topology/spec.js'
import { Random } from '../../helpers/random.js'
import { TestRun } from '../../helpers/test-run.js'

interface Event {
  readonly key: string
  readonly timestamp: number
}

/** Time mostly goes on; some records come later than others of their time, a few much later. */
function eventsOf(random: Random, disorderMs: number): readonly Event[] {
  let now = random.int(0, 30)
  return Array.from({ length: 150 }, () => {
    now += random.chance(0.03) ? random.int(20, 200) : random.int(0, 4)
    const timestamp = random.chance(0.3) ? Math.max(0, now - random.int(0, disorderMs)) : now
    return { key: random.pick(['a', 'b', 'c']), timestamp }
  })
}

function outputOf(window: WindowSpec): TopicSpec {
  const size = window.kind === 'sliding' ? window.timeDifferenceMs : 'sizeMs' in window ? window.sizeMs : 0
  const key = window.kind === 'session' ? sessionWindowedSerde(stringSerde) : timeWindowedSerde(stringSerde, size)
  return { name: 'out', key, value: longSerde, nullableKey: true, nullableValue: true }
}

const steps = (window: WindowSpec, emit: 'update' | 'close'): readonly StepSpec[] => [
  { name: 'in', operator: 'stream', topics: ['in'] },
  { name: 'g', operator: 'groupByKey', input: 'in' },
  { name: 'c', operator: 'count', input: 'g', window, emit },
  { name: 'out', operator: 'sink', input: 'c', topic: 'out' },
]

type Counts = ReadonlyMap<string, number>

/** The last count of each window; what was deleted is gone. */
function counted(random: Random, window: WindowSpec, events: readonly Event[]): Counts {
  const output = outputOf(window)
  using run = new TestRun({ steps: steps(window, 'update'), topics: [output] }, { partitions: random.pick([1, 3]) })
  const counts = new Map<string, number>()
  for (const { key, timestamp } of events) {
    if (random.chance(0.02)) run.driver.restart({ wipeState: random.chance(0.5) })
    run.pipe('in', key, 'v', timestamp)
    for (const record of run.driver.output<Windowed<string>, number | null>(output).readAll()) {
      const { key, start, end } = record.key
      if (record.value === null) counts.delete(`${key} ${start} ${end}`)
      else counts.set(`${key} ${start} ${end}`, record.value)
    }
  }
  return counts
}

function sorted(counts: Counts): readonly (readonly [string, number])[] {
  return [...counts].sort(([left], [right]) => (left < right ? -1 : 1))
}

function add(counts: Map<string, number>, key: string, start: number, end: number): void {
  const name = `${key} ${start} ${end}`
  counts.set(name, (counts.get(name) ?? 0) + 1)
}

function check(t: ExecutionContext, rounds: number, round: (random: Random) => void): void {
  const { seed } = new Random()
  t.log(`SEED=${seed}`)
  for (let index = 0; index < rounds; index += 1) round(new Random(seed + index))
}

const forever = 1_000_000

test('tumbling and hopping windows count the records between their start and end', (t) => {
  check(t, 12, (random) => {
    const advanceMs = random.int(1, 12)
    const sizeMs = advanceMs * random.int(1, 3) + random.int(0, advanceMs)
    const events = eventsOf(random, 40)
    const model = new Map<string, number>()
    for (const { key, timestamp } of events) {
      for (let start = 0; start <= timestamp; start += advanceMs) if (start + sizeMs > timestamp) add(model, key, start, start + sizeMs)
    }
    const window: WindowSpec = { kind: 'hopping', sizeMs, advanceMs, graceMs: forever }
    t.deepEqual(sorted(counted(random, window, events)), sorted(model), `seed ${random.seed}`)
  })
})

test('a window takes no record once stream time has passed its end and grace', (t) => {
  check(t, 12, (random) => {
    const [sizeMs, graceMs] = [random.int(1, 20), random.int(0, 20)]
    const events = eventsOf(random, 60)
    const model = new Map<string, number>()
    let streamTime = -1
    for (const { key, timestamp } of events) {
      streamTime = Math.max(streamTime, timestamp)
      const start = timestamp - (timestamp % sizeMs)
      if (start + sizeMs > streamTime - graceMs) add(model, key, start, start + sizeMs)
    }
    using run = new TestRun({
      steps: steps({ kind: 'tumbling', sizeMs, graceMs }, 'update'),
      topics: [outputOf({ kind: 'tumbling', sizeMs, graceMs })],
    })
    const counts = new Map<string, number>()
    for (const { key, timestamp } of events) {
      if (random.chance(0.03)) run.driver.restart()
      run.pipe('in', key, 'v', timestamp)
      for (const text of run.sent('out')) {
        const [, key, start, end, count] = /^(.)\[(\d+),(\d+)\]=(\d+)@/.exec(text)!
        counts.set(`${key} ${start} ${end}`, Number(count))
      }
    }
    t.deepEqual(sorted(counts), sorted(model), `seed ${random.seed}`)
  })
})

test('sliding windows end at a record or start right after one, and count what lies between', (t) => {
  check(t, 12, (random) => {
    const difference = random.int(1, 15)
    const events = eventsOf(random, 40)
    const model = new Map<string, number>()
    for (const key of ['a', 'b', 'c']) {
      const times = events.filter((event) => event.key === key).map(({ timestamp }) => timestamp)
      const starts = new Set(times.flatMap((time) => [Math.max(0, time - difference), time + 1]))
      for (const start of starts) {
        const count = times.filter((time) => time >= start && time <= start + difference).length
        if (count > 0) model.set(`${key} ${start} ${start + difference}`, count)
      }
    }
    const window: WindowSpec = { kind: 'sliding', timeDifferenceMs: difference, graceMs: forever }
    t.deepEqual(sorted(counted(random, window, events)), sorted(model), `seed ${random.seed}`)
  })
})

test('sessions reach as far as no gap is longer than theirs', (t) => {
  check(t, 12, (random) => {
    const gapMs = random.int(1, 15)
    const events = eventsOf(random, 40)
    const model = new Map<string, number>()
    for (const key of ['a', 'b', 'c']) {
      const times = events.filter((event) => event.key === key).map(({ timestamp }) => timestamp)
      let session: number[] = []
      for (const time of times.sort((left, right) => left - right)) {
        if (session.length > 0 && time - session.at(-1)! > gapMs) {
          model.set(`${key} ${session[0]} ${session.at(-1)}`, session.length)
          session = []
        }
        session.push(time)
      }
      if (session.length > 0) model.set(`${key} ${session[0]} ${session.at(-1)}`, session.length)
    }
    const window: WindowSpec = { kind: 'session', gapMs, graceMs: forever }
    t.deepEqual(sorted(counted(random, window, events)), sorted(model), `seed ${random.seed}`)
  })
})

test('emitted on close, each window is sent once, with all that it took, in order of its start', (t) => {
  check(t, 12, (random) => {
    const [sizeMs, graceMs] = [random.int(1, 20), random.int(0, 20)]
    const window: WindowSpec = { kind: 'tumbling', sizeMs, graceMs }
    const events = eventsOf(random, 60)
    const model = new Map<string, number>()
    let streamTime = -1
    for (const { key, timestamp } of events) {
      streamTime = Math.max(streamTime, timestamp)
      const start = timestamp - (timestamp % sizeMs)
      if (start + sizeMs > streamTime - graceMs) add(model, key, start, start + sizeMs)
    }
    const store = { kind: 'window', name: 'c', key: stringSerde, value: longSerde, windowSizeMs: sizeMs, retentionMs: 100_000 } as const
    using run = new TestRun({ steps: steps(window, 'close'), topics: [outputOf(window)], stores: [store] })
    const sent: string[] = []
    for (const { key, timestamp } of events) {
      if (random.chance(0.03)) run.driver.restart()
      run.pipe('in', key, 'v', timestamp)
      sent.push(...run.sent('out'))
    }
    run.pipe('in', 'a', 'v', streamTime + 10_000)
    sent.push(...run.sent('out'))
    const results = sent
      .map((text) => /^(.)\[(\d+),(\d+)\]=(\d+)@/.exec(text)!)
      .map(([, key, start, end, count]) => ({ key, start, end, count }))
    t.deepEqual(
      results.map(({ start }) => Number(start)),
      results.map(({ start }) => Number(start)).toSorted((left, right) => left - right),
      `seed ${random.seed}`,
    )
    t.is(new Set(results.map(({ key, start }) => `${key} ${start}`)).size, results.length, `seed ${random.seed}: none twice`)
    t.deepEqual(
      sorted(new Map(results.map(({ key, start, end, count }) => [`${key} ${start} ${end}`, Number(count)]))),
      sorted(model),
      `seed ${random.seed}`,
    )
  })
})
