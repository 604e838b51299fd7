import type { TestFn } from 'ava'
import { isStreamError } from '#runtime/core/errors.js'
import type { Entry, Mutation, RangeOptions, StateBackend, StateBatch } from '#runtime/stores/store.js'
import { Random } from '../helpers/random.js'

/** A kind of backend under test: opens a new one each time, or the same again if it outlives its closing. */
export interface BackendUnderTest {
  readonly label: string
  /** A place of its own for one backend. */
  place(): string
  open(place: string): StateBackend
}

/** Goal: every backend is the same ordered map with all-or-nothing commits. Method: each operation, and random ones against a sorted array. */
export function storeSuite(test: TestFn, { label, place, open }: BackendUnderTest): void {
  const fresh = () => open(place())
  const title = (text: string) => `${label}: ${text}`

  test(title('gets what was committed, until it is overwritten or deleted'), (t) => {
    const backend = fresh()
    const store = backend.open('s')
    t.is(store.name, 's')
    t.is(store.get(bytes('a')), undefined)
    backend.commit(batch({ s: [put('a', '1'), put('b', ''), put('', 'empty key')] }))
    t.deepEqual(text(store.get(bytes('a'))), '1')
    t.deepEqual(text(store.get(bytes('b'))), '')
    t.deepEqual(text(store.get(bytes(''))), 'empty key')
    t.is(store.count(), 3)
    backend.commit(batch({ s: [put('a', '2'), put('b', null), put('none', null)] }))
    t.deepEqual(text(store.get(bytes('a'))), '2')
    t.is(store.get(bytes('b')), undefined)
    t.deepEqual(listed(store.range()), [
      ['', 'empty key'],
      ['a', '2'],
    ])
    t.is(store.count(), 2)
    t.true(backend.sizeBytes() > 0)
    backend.close()
  })

  test(title('of one key in a batch the last mutation wins, and ranges are deleted before'), (t) => {
    const backend = fresh()
    const store = backend.open('s')
    backend.commit(batch({ s: [put('a', '1'), put('b', '1'), put('c', '1'), put('d', '1')] }))
    backend.commit({
      mutations: new Map([['s', [put('b', '2'), put('d', null), put('d', '3')]]]),
      deleteRanges: new Map([['s', [{ from: bytes('a'), to: bytes('d') }]]]),
      positions: new Map(),
    })
    t.deepEqual(listed(store.range()), [
      ['b', '2'],
      ['d', '3'],
    ])
    backend.commit({ mutations: new Map(), deleteRanges: new Map([['s', [{}]]]), positions: new Map() })
    t.deepEqual(listed(store.range()), [])
    backend.close()
  })

  test(title('stores of a backend do not see each other'), (t) => {
    const backend = fresh()
    const [one, two] = [backend.open('one'), backend.open('two')]
    backend.commit(batch({ one: [put('k', '1')], two: [put('k', '2')] }))
    t.is(text(one.get(bytes('k'))), '1')
    t.is(text(two.get(bytes('k'))), '2')
    t.is(text(backend.open('one').get(bytes('k'))), '1')
    backend.close()
  })

  test(title('keeps positions with the batch'), (t) => {
    const backend = fresh()
    backend.open('s')
    t.deepEqual([...backend.positions()], [])
    backend.commit({
      mutations: new Map(),
      positions: new Map([
        ['topic-0', 5],
        ['topic-1', 2 ** 52],
      ]),
    })
    backend.commit({ mutations: new Map(), positions: new Map([['topic-0', 7]]) })
    t.deepEqual(
      new Map(backend.positions()),
      new Map([
        ['topic-0', 7],
        ['topic-1', 2 ** 52],
      ]),
    )
    backend.close()
  })

  test(title('a batch that fails leaves nothing behind'), (t) => {
    const backend = fresh()
    const store = backend.open('s')
    const failing: Mutation[] = [put('a', '1')]
    const batches: StateBatch[] = [
      {
        mutations: new Map([
          ['s', failing],
          ['unknown', failing],
        ]),
        positions: new Map([['topic-0', 1]]),
      },
      { mutations: new Map([['s', failing]]), deleteRanges: new Map([['unknown', [{}]]]), positions: new Map([['topic-0', 1]]) },
    ]
    for (const wrong of batches) {
      t.throws(() => backend.commit(wrong), { message: /unknown/ })
      t.is(store.get(bytes('a')), undefined)
      t.is(backend.positions().size, 0)
    }
    backend.commit(batch({ s: failing }))
    t.is(text(store.get(bytes('a'))), '1')
    backend.close()
  })

  test(title('bytes it gave, and bytes it was given, can be written to'), (t) => {
    const backend = fresh()
    const store = backend.open('s')
    const [key, value] = [bytes('key'), bytes('value')]
    backend.commit(batch({ s: [[key, value]] }))
    key.fill(0)
    value.fill(0)
    store.get(bytes('key'))?.fill(1)
    for (const entry of store.range()) {
      entry.key.fill(2)
      entry.value.fill(2)
    }
    t.deepEqual(listed(store.range()), [['key', 'value']])
    backend.close()
  })

  test(title('an iteration is a snapshot, and can be left early'), (t) => {
    const backend = fresh()
    const store = backend.open('s')
    const letters = [...'abcdefghijklmnopqrstuvwxyz']
    backend.commit(batch({ s: letters.map((letter) => put(letter, '1')) }))
    for (const reverse of [false, true]) {
      const seen: string[] = []
      for (const entry of store.range({ reverse })) {
        if (seen.length === 0) {
          backend.commit(batch({ s: [...letters.map((letter) => put(letter, '2')), put('b', null), put('zz', '2'), put('A', '2')] }))
        }
        seen.push(`${text(entry.key)}${text(entry.value)}`)
      }
      const expected = letters.map((letter) => `${letter}1`)
      t.deepEqual(seen, reverse ? expected.reverse() : expected)
      backend.commit(batch({ s: [...letters.map((letter) => put(letter, '1')), put('zz', null), put('A', null)] }))
    }
    for (let round = 0; round < 1000; round++) {
      for (const entry of store.range({ from: bytes('c') })) {
        t.is(text(entry.key), 'c')
        break
      }
      backend.commit(batch({ s: [put('a', String(round))] }))
    }
    backend.close()
  })

  test(title('an iteration goes on over turns of the event loop, still a snapshot'), async (t) => {
    const backend = fresh()
    const store = backend.open('s')
    const letters = [...'abcdefgh']
    backend.commit(batch({ s: letters.map((letter) => put(letter, '1')) }))
    const seen: string[] = []
    for (const { key, value } of store.range()) {
      seen.push(`${text(key)}${text(value)}`)
      backend.commit(batch({ s: letters.map((letter) => put(letter, letter < 'e' ? '2' : null)) }))
      await new Promise((resolve) => setTimeout(resolve, 1))
      t.is(text(store.get(bytes('a'))), '2')
    }
    t.deepEqual(
      seen,
      letters.map((letter) => `${letter}1`),
    )
    backend.close()
  })

  test(title('random batches and ranges give what a sorted array gives'), (t) => {
    const random = new Random()
    t.log(`seed ${random.seed}`)
    const backend = fresh()
    const store = backend.open('s')
    const model = new Map<string, string>()
    const keys = Array.from({ length: 300 }, () => randomKey(random))
    for (let round = 0; round < 60; round++) {
      const mutations: Mutation[] = []
      const deleteRanges: RangeOptions[] = []
      if (random.chance(0.1)) {
        const range = randomRange(random, keys)
        deleteRanges.push(range)
        for (const key of [...model.keys()]) if (inRange(key, range)) model.delete(key)
      }
      for (let count = random.int(0, 40); count > 0; count--) {
        const key = random.pick(keys)
        const value = random.chance(0.3) ? null : bytes(String(random.int(0, 1e9)))
        mutations.push([key, value])
        if (value === null) model.delete(hex(key))
        else model.set(hex(key), text(value)!)
      }
      backend.commit({ mutations: new Map([['s', mutations]]), deleteRanges: new Map([['s', deleteRanges]]), positions: new Map() })
      const sorted = [...model].sort(([left], [right]) => (left < right ? -1 : 1))
      t.is(store.count(), sorted.length)
      for (let query = 0; query < 8; query++) {
        const range = { ...randomRange(random, keys), reverse: random.chance(0.5) }
        const expected = sorted.filter(([key]) => inRange(key, range))
        const limit = random.chance(0.3) ? random.int(1, 5) : Number.POSITIVE_INFINITY
        const found: (readonly [string, string])[] = []
        for (const { key, value } of store.range(range)) {
          found.push([hex(key), text(value)!])
          if (found.length >= limit) break
        }
        t.deepEqual(found, (range.reverse ? expected.reverse() : expected).slice(0, limit))
        const key = random.pick(keys)
        t.is(text(store.get(key)), model.get(hex(key)))
      }
    }
    backend.close()
  })

  test(title('keys and values of any length'), (t) => {
    const backend = fresh()
    const store = backend.open('s')
    const lengths = [0, 1, 511, 1023, 1024, 1025, 1056, 1978, 1979, 4026, 70_000]
    const entries = lengths.flatMap((length) =>
      [0, 1, 0xff].map((fill) => [Buffer.alloc(length, fill), Buffer.alloc(length * 3, 7)] as const),
    )
    backend.commit(batch({ s: entries.map(([key, value]) => [key, value]) }))
    for (const [key, value] of entries) t.deepEqual(Buffer.from(store.get(key)!), value)
    const sorted = [...new Set(entries.map(([key]) => hex(key)))].sort()
    t.deepEqual(
      [...store.range()].map(({ key }) => hex(key)),
      sorted,
    )
    t.deepEqual(
      [...store.range({ reverse: true })].map(({ key }) => hex(key)),
      sorted.toReversed(),
    )
    backend.commit(batch({ s: entries.map(([key]) => [key, null]) }))
    t.deepEqual([...store.range()], [])
    backend.close()
  })

  test(title('a closed backend refuses every operation'), (t) => {
    const backend = fresh()
    const store = backend.open('s')
    backend.commit(batch({ s: [put('a', '1'), put('b', '1')] }))
    const iteration = store.range()[Symbol.iterator]()
    iteration.next()
    backend.close()
    backend.close()
    const operations: Record<string, () => unknown> = {
      open: () => backend.open('s'),
      positions: () => backend.positions(),
      commit: () => backend.commit(batch({ s: [put('a', '2')] })),
      sizeBytes: () => backend.sizeBytes(),
      get: () => store.get(bytes('a')),
      range: () => [...store.range()],
      count: () => store.count(),
      next: () => iteration.next(),
    }
    for (const [name, operation] of Object.entries(operations)) {
      const error = t.throws(operation, undefined, name)
      t.true(isStreamError(error) && error.code === 'INVALID_STATE', `${name}: ${error}`)
    }
  })

  test(title('what it says of itself: persistent backends are there again when opened again'), (t) => {
    const where = place()
    const first = open(where)
    first.open('s')
    first.commit({ mutations: new Map([['s', [put('a', '1')]]]), positions: new Map([['topic-0', 3]]) })
    first.close()
    const second = open(where)
    t.deepEqual(listed(second.open('s').range()), second.persistent ? [['a', '1']] : [])
    t.deepEqual([...second.positions()], second.persistent ? [['topic-0', 3]] : [])
    second.close()
  })
}

function batch(mutations: Readonly<Record<string, Mutation[]>>): StateBatch {
  return { mutations: new Map(Object.entries(mutations)), positions: new Map() }
}

function put(key: string, value: string | null): Mutation {
  return [bytes(key), value === null ? null : bytes(value)]
}

function bytes(value: string): Uint8Array {
  return Buffer.from(value)
}

function text(value: Uint8Array | undefined): string | undefined {
  return value === undefined ? undefined : Buffer.from(value).toString()
}

function hex(value: Uint8Array): string {
  return Buffer.from(value).toString('hex')
}

function listed(entries: Iterable<Entry>): [string | undefined, string | undefined][] {
  return [...entries].map(({ key, value }) => [text(key), text(value)])
}

/** Many short ones of few bytes, zeros and 0xff among them, and long ones that begin alike. */
function randomKey(random: Random): Uint8Array {
  const choices = [0, 0, 1, 0x61, 0xff]
  const tail = Buffer.from(Array.from({ length: random.int(0, 4) }, () => random.pick(choices)))
  if (random.chance(0.7)) return tail
  return Buffer.concat([Buffer.alloc(random.pick([1020, 1023, 1024, 1025, 1056, 2000]), random.pick([0, 0x61, 0xff])), tail])
}

function randomRange(random: Random, keys: readonly Uint8Array[]): { from: Uint8Array | undefined; to: Uint8Array | undefined } {
  const bound = () => (random.chance(0.3) ? undefined : random.chance(0.5) ? random.pick(keys) : randomKey(random))
  return { from: bound(), to: bound() }
}

function inRange(key: string, { from, to }: RangeOptions): boolean {
  return (from === undefined || key >= hex(from)) && (to === undefined || key < hex(to))
}
