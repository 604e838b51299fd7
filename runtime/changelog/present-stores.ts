/** Beside `topic-partition`s in the positions of a state; no topic's name begins so. */
const prefix = '#store-'

/**
 * Does the state have the rows of the store that its positions stand for? Not if the store was in memory then, had another name or was not there:
 * the position of its topic is that of an input, or of rows that are gone.
 */
export function hasRowsOf(store: string, positions: ReadonlyMap<string, number>): boolean {
  return positions.get(prefix + store) === 1
}

/** What a state that had `before` is to have, beside positions, from its next commit on: the rows of these stores, and no more those of others. */
export function presenceOf(stores: Iterable<string>, before: ReadonlyMap<string, number> = new Map()): Map<string, number> {
  const presence = new Map<string, number>()
  for (const name of before.keys()) if (name.startsWith(prefix)) presence.set(name, 0)
  for (const store of stores) presence.set(prefix + store, 1)
  return presence
}
