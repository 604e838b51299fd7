const unitsMs: ReadonlyMap<string, number> = new Map([
  ['ms', 1],
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
])

/** Milliseconds of a duration as manifests write it (`5m`, `30s`, `100ms`, `7d`, ISO 8601 `PT5M`); undefined if it is none. */
export function parseDuration(written: unknown): number | undefined {
  if (typeof written !== 'string') return undefined
  const short = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)$/.exec(written.trim())
  if (short !== null) return whole(Number(short[1]) * unitsMs.get(short[2]!)!)
  const iso = /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/.exec(written.trim())
  if (iso === null || iso.slice(1).every((part) => part === undefined)) return undefined
  const [weeks, days, hours, minutes, seconds] = iso.slice(1).map((part) => Number(part ?? 0)) as [number, number, number, number, number]
  return whole((weeks * 7 + days) * 86_400_000 + hours * 3_600_000 + minutes * 60_000 + seconds * 1000)
}

function whole(ms: number): number | undefined {
  const rounded = Math.round(ms)
  return Number.isSafeInteger(rounded) && Math.abs(ms - rounded) < 1e-6 ? rounded : undefined
}
