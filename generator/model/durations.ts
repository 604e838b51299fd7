import { parseDuration } from '../input/duration.js'

const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
] as const

/** Milliseconds of a duration, which may be negative (`-5ms`); undefined if it is none. */
export function parseSignedDuration(text: string): number | undefined {
  if (!text.startsWith('-')) return parseDuration(text)
  const ms = parseDuration(text.slice(1))
  return ms === undefined ? undefined : 0 - ms
}

/** `90s`, as a manifest would write it. */
export function formatDuration(ms: number): string {
  const unit = units.find(([, size]) => ms !== 0 && ms % size === 0)
  return unit === undefined ? `${ms}ms` : `${ms / unit[1]}${unit[0]}`
}
