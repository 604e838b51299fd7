/** Goal: the index is a sorted map whose snapshots never change. Method: random writes over thousands of keys, snapshots kept and compared at the end. */
import test from 'ava'
import { type OrderedCursor, OrderedIndex } from '#runtime/stores/ordered-index.js'
import { Random } from '../../helpers/random.js'

function listed(cursor: OrderedCursor<number>): [string, number][] {
  const entries: [string, number][] = []
  while (cursor.next()) entries.push([cursor.key, cursor.value!])
  return entries
}

test('random writes and snapshots give what a sorted array gives', (t) => {
  const random = new Random()
  t.log(`seed ${random.seed}`)
  const key = () => random.int(0, 5000).toString(36)
  const model = new Map<string, number>()
  const sorted = () => [...model].sort(([left], [right]) => (left < right ? -1 : 1))
  for (let at = 0; at < 2000; at++) model.set(key(), at)
  const keys = [...model.keys()].sort()
  const index = OrderedIndex.fromSorted(
    keys,
    keys.map((known) => model.get(known)!),
  )
  const kept: { readonly cursor: OrderedCursor<number>; readonly expected: [string, number][] }[] = []
  for (let round = 0; round < 20_000; round++) {
    const known = key()
    if (random.chance(round % 4000 < 2000 ? 0.7 : 0.1)) {
      t.is(index.delete(known), model.delete(known))
    } else {
      index.set(known, round)
      model.set(known, round)
    }
    if (random.chance(0.005)) {
      const from = random.chance(0.2) ? undefined : key()
      const to = random.chance(0.2) ? undefined : random.chance(0.5) || from === undefined ? key() : `${from}zz`
      const expected = sorted().filter(([at]) => (from === undefined || at >= from) && (to === undefined || at < to))
      const deleted: [string, number][] = []
      index.deleteRange({ from, to }, (at, value) => deleted.push([at, value]))
      t.deepEqual(deleted, expected)
      for (const [at] of expected) model.delete(at)
    }
    // Half way all are released, so that parts are written in place while others are shared.
    if (round === 10_000) for (const { cursor, expected } of kept.splice(0)) t.deepEqual(listed(cursor), expected)
    if (random.chance(0.002)) kept.push({ cursor: index.cursor({}, false), expected: sorted() })
    if (random.chance(0.005)) {
      const [from, to, reverse] = [random.chance(0.3) ? undefined : key(), random.chance(0.3) ? undefined : key(), random.chance(0.5)]
      const expected = sorted().filter(([at]) => (from === undefined || at >= from) && (to === undefined || at < to))
      t.deepEqual(listed(index.cursor({ from, to }, reverse)), reverse ? expected.reverse() : expected)
    }
  }
  t.is(index.size, model.size)
  t.true(kept.length > 3)
  for (const { cursor, expected } of kept) t.deepEqual(listed(cursor), expected)
  for (const known of [...model.keys()]) index.delete(known)
  t.deepEqual(listed(index.cursor({}, false)), [])
  t.deepEqual(listed(index.cursor({ from: 'a', to: 'b' }, true)), [])
})
