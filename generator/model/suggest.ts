/** `Did you mean …?`, if one of the candidates is close to what was written. */
export function didYouMean(written: string, candidates: Iterable<string>): string | undefined {
  const wanted = written.toLowerCase()
  let best: { readonly candidate: string; readonly distance: number } | undefined
  for (const candidate of candidates) {
    const lower = candidate.toLowerCase()
    const limit = Math.max(1, Math.floor(Math.min(lower.length, wanted.length) / 3))
    const distance = lower === wanted ? 0 : editDistance(lower, wanted, limit)
    if (distance <= limit && (best === undefined || distance < best.distance)) best = { candidate, distance }
  }
  return best === undefined ? undefined : `Did you mean \`${best.candidate}\`?`
}

/** Or else all that there is, if it is not much. */
export function suggest(written: string, candidates: Iterable<string>): string | undefined {
  const names = [...candidates]
  const close = didYouMean(written, names)
  if (close !== undefined) return close
  if (names.length === 1) return `There is only \`${names[0]}\`.`
  return names.length > 0 && names.length <= 12 ? `It is one of ${names.map((name) => `\`${name}\``).join(', ')}.` : undefined
}

/** Optimal string alignment: insertion, deletion, substitution and swap of neighbours cost one each. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1]
      let cost = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (same ? 0 : 1))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) cost = Math.min(cost, beforeLast[j - 2]! + 1)
      row.push(cost)
    }
    beforeLast = last
    last = row
  }
  return last[b.length]!
}
