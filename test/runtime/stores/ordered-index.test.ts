/** Goal: the index is a sorted map whose snapshots never change. Method: random writes over thousands of keys, snapshots kept and compared at the end. */
import test from 'ava'
import { OrderedIndex, type OrderedSnapshot } from '#runtime/stores/ordered-index.js'
import { Random } from '../../helpers/random.js'

function listed(snapshot: OrderedSnapshot<number>, reverse: boolean, from?: string, to?: string): [string, number][] {
  const cursor = reverse ? snapshot.descending({ from, to }) : snapshot.ascending({ from, to })
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
  const kept: { readonly snapshot: OrderedSnapshot<number>; readonly expected: [string, number][] }[] = []
  for (let round = 0; round < 20_000; round++) {
    const known = key()
    if (random.chance(round % 4000 < 2000 ? 0.7 : 0.1)) {
      t.is(index.delete(known), model.delete(known))
    } else {
      index.set(known, round)
      model.set(known, round)
    }
    if (random.chance(0.002)) kept.push({ snapshot: index.snapshot(), expected: sorted() })
    if (random.chance(0.005)) {
      const [from, to, reverse] = [random.chance(0.3) ? undefined : key(), random.chance(0.3) ? undefined : key(), random.chance(0.5)]
      const expected = sorted().filter(([at]) => (from === undefined || at >= from) && (to === undefined || at < to))
      t.deepEqual(listed(index.snapshot(), reverse, from, to), reverse ? expected.reverse() : expected)
    }
  }
  t.is(index.size, model.size)
  t.true(kept.length > 10)
  for (const { snapshot, expected } of kept) t.deepEqual(listed(snapshot, false), expected)
  for (const known of [...model.keys()]) index.delete(known)
  t.deepEqual(listed(index.snapshot(), false), [])
  t.deepEqual(listed(index.snapshot(), true, 'a', 'b'), [])
})
