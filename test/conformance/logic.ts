/** What the topologies' inline logic shares: the helpers that the README of the vectors names. Texts are UTF-16, as Java's. */

/** `left + "+" + right`; null reads `null`. */
export function joinText(left: string | null, right: string | null): string {
  return `${left}+${right}`
}

/** Java's `Long.parseLong`: throws for anything but an integer. */
export function num(text: string | null): number {
  if (text === null || !/^[+-]?\d+$/.test(text)) throw new Error(`For input string: "${text}"`)
  const value = Number(text)
  return value === 0 ? 0 : value
}

/** The first UTF-16 unit; null of null and of the empty text. */
export function first(text: string | null): string | null {
  return text === null || text === '' ? null : text.charAt(0)
}

export function last(text: string): string {
  if (text === '') throw new Error('begin -1, end 0, length 0')
  return text.charAt(text.length - 1)
}

/** The part before the first colon; null of null and of a text without one. */
export function before(text: string | null): string | null {
  const colon = text?.indexOf(':') ?? -1
  return text === null || colon < 0 ? null : text.slice(0, colon)
}

/** The part after the first colon; null of null and of a text without one. */
export function after(text: string | null): string | null {
  const colon = text?.indexOf(':') ?? -1
  return text === null || colon < 0 ? null : text.slice(colon + 1)
}

/** `key@start-end` of a windowed key. */
export function flat(windowed: { readonly key: string; readonly start: number; readonly end: number }): string {
  return `${windowed.key}@${windowed.start}-${windowed.end}`
}

/** The number before the colon of the value; without one the partition's time. */
export function timestampOf(value: string | null, partitionTime: number): number {
  const text = before(value)
  return text === null || text === '' ? partitionTime : num(text)
}
