/** `Did you mean …?`, if one of the candidates is close to what was written. */
export function didYouMean(written: string, candidates: Iterable<string>): string | undefined {
  const found = closest(written, candidates)
  return found === undefined ? undefined : `Did you mean \`${found}\`?`
}

/** The candidate that is closest to what was written, if one is close; of very many, if it differs by case only. */
export function closest(written: string, candidates: Iterable<string>): string | undefined {
  const wanted = written.toLowerCase()
  const names = [...candidates]
  let best: { readonly candidate: string; readonly distance: number } | undefined
  for (const candidate of names) {
    const lower = candidate.toLowerCase()
    const limit = Math.min(maxDistance, Math.max(1, Math.floor(Math.min(lower.length, wanted.length) / 3)))
    const distance = lower === wanted ? 0 : names.length > maxCandidates ? limit + 1 : editDistance(lower, wanted, limit)
    if (distance <= limit && (best === undefined || distance < best.distance)) best = { candidate, distance }
  }
  return best?.candidate
}

/** Or else all that there is, if it is not much. */
export function suggest(written: string, candidates: Iterable<string>): string | undefined {
  const names = [...candidates]
  const close = didYouMean(written, names)
  if (close !== undefined) return close
  if (names.length === 1) return `There is only \`${names[0]}\`.`
  return names.length > 0 && names.length <= 12 ? `It is one of ${names.map((name) => `\`${name}\``).join(', ')}.` : undefined
}

/** To compare thousands of wrong names with thousands of right ones would take minutes. */
export const maxCandidates = 300

/** Names further apart than this are not one name misspelt. */
const maxDistance = 5

/**
 * Optimal string alignment: insertion, deletion, substitution and swap of neighbours cost one each. Beyond `limit` any greater number: only cells
 * that can stay within it are looked at.
 */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1
  const start = commonStart(a, b)
  return bandedDistance(a.slice(start), b.slice(start), limit)
}

function bandedDistance(a: string, b: string, limit: number): number {
  const beyond = limit + 1
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i += 1) {
    const row: number[] = [i]
    const from = Math.max(1, i - limit)
    const to = Math.min(b.length, i + limit)
    if (from > 1) row[from - 1] = beyond
    let least = from > 1 ? beyond : i
    for (let j = from; j <= to; j += 1) {
      const same = a[i - 1] === b[j - 1]
      let cost = Math.min((last[j] ?? beyond) + 1, row[j - 1]! + 1, last[j - 1]! + (same ? 0 : 1))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) cost = Math.min(cost, (beforeLast[j - 2] ?? beyond) + 1)
      row[j] = cost
      least = Math.min(least, cost)
    }
    if (least > limit) return beyond
    beforeLast = last
    last = row
  }
  return last[b.length] ?? beyond
}

function commonStart(a: string, b: string): number {
  let length = 0
  while (length < a.length && a[length] === b[length]) length += 1
  return length
}
