/**
 * Goal: a join gives what its definition says, whatever the order in which records come, on three partitions and over restarts.
 * Method: random records on both sides, joined by the operators and by a plain model. The seed is printed; SEED=… plays it again.
 */
import test, { type ExecutionContext } from 'ava'
import type { StreamStreamJoinStep } from '#runtime/operators/join.js'
import type { StepSpec } from '#runtime/operators/registry.js'
import { Random } from '../../helpers/random.js'
import { logic, TestRun } from '../../helpers/test-run.js'

type Operator = 'join' | 'leftJoin' | 'outerJoin'

const operators: readonly Operator[] = ['join', 'leftJoin', 'outerJoin']
const pair = (left: unknown, right: unknown) => `${String(left)}+${String(right)}`
const joins = logic({ join: pair, foreignKey: (left: string) => foreignKeyOf(left) })

/** `x` of `x:5`; none of a text without a colon. */
function foreignKeyOf(text: string): string | null {
  const colon = text.indexOf(':')
  return colon < 0 ? null : text.slice(0, colon)
}

function check(t: ExecutionContext, rounds: number, round: (random: Random) => void): void {
  const { seed } = new Random()
  t.log(`SEED=${seed}`)
  for (let index = 0; index < rounds; index += 1) round(new Random(seed + index))
}

interface Event {
  readonly side: 'left' | 'right'
  readonly key: string
  readonly value: string
  readonly timestamp: number
}

function eventsOf(random: Random, disorderMs: number): readonly Event[] {
  let now = 0
  return Array.from({ length: 120 }, (_, index) => {
    now += random.int(0, 4)
    const timestamp = random.chance(0.3) ? Math.max(0, now - random.int(0, disorderMs)) : now
    const side = random.pick(['left', 'right'] as const)
    return { side, key: random.pick(['a', 'b', 'c', 'd']), value: `${side[0]}${index}`, timestamp }
  })
}

function streamSteps(operator: Operator, times: Pick<StreamStreamJoinStep, 'beforeMs' | 'afterMs' | 'graceMs'>): readonly StepSpec[] {
  return [
    { name: 'left', operator: 'stream', topics: ['left'] },
    { name: 'right', operator: 'stream', topics: ['right'] },
    { name: 'j', operator, join: 'streamStream', left: 'left', right: 'right', ...times, logic: joins },
    { name: 'out', operator: 'sink', input: 'j', topic: 'out' },
  ]
}

function joined(random: Random, steps: readonly StepSpec[], events: readonly Event[]): readonly string[] {
  using run = new TestRun({ steps }, { partitions: random.pick([1, 3]) })
  const results: string[] = []
  for (const { side, key, value, timestamp } of events) {
    if (random.chance(0.02)) run.driver.restart({ wipeState: random.chance(0.5) })
    run.pipe(side, key, value, timestamp)
    results.push(...run.sent('out'))
  }
  return results
}

function partners(events: readonly Event[], beforeMs: number, afterMs: number): readonly (readonly [Event, Event])[] {
  const lefts = events.filter(({ side }) => side === 'left')
  const rights = events.filter(({ side }) => side === 'right')
  return lefts.flatMap((left) => {
    const meets = (right: Event) =>
      right.key === left.key && right.timestamp >= left.timestamp - beforeMs && right.timestamp <= left.timestamp + afterMs
    return rights.filter(meets).map((right) => [left, right] as const)
  })
}

test('an inner join of streams gives each pair within the window once, at the later time', (t) => {
  check(t, 15, (random) => {
    const [beforeMs, afterMs] = [random.int(0, 12), random.int(0, 12)]
    const events = eventsOf(random, 30)
    const model = partners(events, beforeMs, afterMs).map(
      ([left, right]) => `${left.key}=${pair(left.value, right.value)}@${Math.max(left.timestamp, right.timestamp)}`,
    )
    const results = joined(random, streamSteps('join', { beforeMs, afterMs, graceMs: 1_000_000 }), events)
    t.deepEqual(results.toSorted(), model.toSorted(), `seed ${random.seed}`)
  })
})

test('an outer side without a partner is sent alone, once, when its window is over', (t) => {
  check(t, 15, (random) => {
    const [beforeMs, afterMs] = [random.int(0, 12), random.int(0, 12)]
    const operator = random.pick(['leftJoin', 'outerJoin'] as const)
    // Without a grace the stores, Kafka Streams' too, forget a record just before the last that it may meet.
    const graceMs = random.int(1, 10)
    // In order: a late record is sent alone at once, and may still find a partner then.
    const events = eventsOf(random, 0)
    const pairs = partners(events, beforeMs, afterMs)
    const matched = new Set(pairs.flat())
    const alone = events.filter((event) => !matched.has(event) && (event.side === 'left' || operator === 'outerJoin'))
    const model = [
      ...pairs.map(([left, right]) => `${left.key}=${pair(left.value, right.value)}@${Math.max(left.timestamp, right.timestamp)}`),
      ...alone.map(({ side, key, value, timestamp }) => `${key}=${side === 'left' ? pair(value, null) : pair(null, value)}@${timestamp}`),
    ]
    // Two records close all windows of before: the first may end its look at an entry that was open still.
    const end = events.at(-1)!.timestamp
    const closing = [1000, 2000, 3000].map((ms): Event => ({ side: 'left', key: 'end', value: 'end', timestamp: end + ms }))
    using run = new TestRun({ steps: streamSteps(operator, { beforeMs, afterMs, graceMs }) })
    const results: string[] = []
    for (const { side, key, value, timestamp } of [...events, ...closing]) {
      if (random.chance(0.02)) run.driver.restart()
      run.pipe(side, key, value, timestamp)
      results.push(...run.sent('out').filter((text) => !text.startsWith('end=')))
    }
    t.deepEqual(results.toSorted(), model.toSorted(), `seed ${random.seed}`)
  })
})

/** Random changes of two tables; null deletes. */
function changesOf(
  random: Random,
  keys: Readonly<Record<'left' | 'right', readonly string[]>>,
  makeValue: (side: 'left' | 'right') => string,
) {
  return Array.from({ length: 150 }, (_, timestamp) => {
    const side = random.pick(['left', 'right'] as const)
    return { side, key: random.pick(keys[side]), value: random.chance(0.2) ? null : makeValue(side), timestamp }
  })
}

/** The table that the changes of a join add up to. */
function tableOf(random: Random, steps: readonly StepSpec[], changes: ReturnType<typeof changesOf>): ReadonlyMap<string, string> {
  using run = new TestRun({ steps }, { partitions: random.pick([1, 3]) })
  const rows = new Map<string, string>()
  for (const { side, key, value, timestamp } of changes) {
    if (random.chance(0.03)) run.driver.restart({ wipeState: random.chance(0.5) })
    if (random.chance(0.03)) run.driver.rebalance()
    run.pipe(side, key, value, timestamp)
    for (const text of run.sent('out')) {
      const [, key, value] = /^(.*?)=(.*)@\d+$/.exec(text)!
      if (value === 'null') rows.delete(key!)
      else rows.set(key!, value!)
    }
  }
  return rows
}

function finalTables(changes: ReturnType<typeof changesOf>): Readonly<Record<'left' | 'right', ReadonlyMap<string, string>>> {
  const tables = { left: new Map<string, string>(), right: new Map<string, string>() }
  for (const { side, key, value } of changes) {
    if (value === null) tables[side].delete(key)
    else tables[side].set(key, value)
  }
  return tables
}

const sortedRows = (rows: ReadonlyMap<string, string>) => [...rows].sort(([left], [right]) => (left < right ? -1 : 1))

test('a join of tables adds up to the join of their rows', (t) => {
  check(t, 15, (random) => {
    const operator = random.pick(operators)
    const keys = ['a', 'b', 'c', 'd', 'e', 'f']
    const changes = changesOf(random, { left: keys, right: keys }, (side) => `${side[0]}${random.int(0, 99)}`)
    const { left, right } = finalTables(changes)
    const model = new Map<string, string>()
    for (const key of keys) {
      const [l, r] = [left.get(key) ?? null, right.get(key) ?? null]
      const isRow = operator === 'join' ? l !== null && r !== null : operator === 'leftJoin' ? l !== null : l !== null || r !== null
      if (isRow) model.set(key, pair(l, r))
    }
    const steps: readonly StepSpec[] = [
      { name: 'l', operator: 'table', topic: 'left' },
      { name: 'r', operator: 'table', topic: 'right' },
      { name: 'j', operator, join: 'tableTable', left: 'l', right: 'r', logic: joins },
      { name: 'out', operator: 'sink', input: 'j', topic: 'out' },
    ]
    t.deepEqual(sortedRows(tableOf(random, steps, changes)), sortedRows(model), `seed ${random.seed}`)
  })
})

test('a foreign-key join adds up to each left row with the right row that it points at', (t) => {
  check(t, 15, (random) => {
    const operator = random.pick(['join', 'leftJoin'] as const)
    const keys = { left: ['a', 'b', 'c', 'd', 'e', 'f'], right: ['x', 'y', 'z'] }
    const pointer = () => (random.chance(0.2) ? 'nowhere' : `${random.pick(['x', 'y', 'z', 'w'])}:${random.int(0, 99)}`)
    const changes = changesOf(random, keys, (side) => (side === 'left' ? pointer() : `r${random.int(0, 99)}`))
    const { left, right } = finalTables(changes)
    const model = new Map<string, string>()
    for (const [key, value] of left) {
      const foreignKey = foreignKeyOf(value)
      const row = foreignKey === null ? null : (right.get(foreignKey) ?? null)
      if (row !== null || operator === 'leftJoin') model.set(key, pair(value, row))
    }
    const steps: readonly StepSpec[] = [
      { name: 'l', operator: 'table', topic: 'left' },
      { name: 'r', operator: 'table', topic: 'right' },
      { name: 'j', operator, join: 'foreignKey', left: 'l', right: 'r', logic: joins },
      { name: 'out', operator: 'sink', input: 'j', topic: 'out' },
    ]
    t.deepEqual(sortedRows(tableOf(random, steps, changes)), sortedRows(model), `seed ${random.seed}`)
  })
})

test('an aggregate of a grouped table adds up to what its rows are', (t) => {
  check(t, 10, (random) => {
    const keys = ['a', 'b', 'c', 'd', 'e', 'f']
    const changes = changesOf(random, { left: keys, right: keys }, () => `${random.pick(['x', 'y', 'z'])}:${random.int(0, 9)}`).filter(
      ({ side }) => side === 'left',
    )
    const { left } = finalTables(changes)
    const sums = new Map<string, number>(changes.flatMap(({ value }) => (value === null ? [] : [[foreignKeyOf(value)!, 0] as const])))
    for (const value of left.values()) sums.set(foreignKeyOf(value)!, sums.get(foreignKeyOf(value)!)! + Number(value.slice(2)))
    const number = ({ value }: { readonly value: string }) => Number(value.slice(2))
    const adder = logic({
      initialize: () => '0',
      aggregate: (record: { readonly value: string }, sum: string) => String(Number(sum) + number(record)),
      subtract: (record: { readonly value: string }, sum: string) => String(Number(sum) - number(record)),
    })
    const steps: readonly StepSpec[] = [
      { name: 'l', operator: 'table', topic: 'left' },
      { name: 'g', operator: 'groupBy', input: 'l', logic: logic({ groupKey: ({ value }) => foreignKeyOf(value) }) },
      { name: 's', operator: 'aggregate', input: 'g', logic: adder },
      { name: 'out', operator: 'sink', input: 's', topic: 'out' },
    ]
    const model = new Map([...sums].map(([key, sum]) => [key, String(sum)]))
    t.deepEqual(sortedRows(tableOf(random, steps, changes)), sortedRows(model), `seed ${random.seed}`)
  })
})
