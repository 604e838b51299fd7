import type { RangeOptions } from './store.js'

/** Bytes as stores need them: as text that sorts as the bytes do, compared, and as the ends of ranges. */

/**
 * The bytes as a string of one character each: equal, and ordered, exactly as the bytes are (unsigned). Such strings are the
 * keys of the maps in memory, since they hash and compare at the engine's own speed.
 */
export function idOf(bytes: Uint8Array): string {
  return asBuffer(bytes).toString('latin1')
}

/** The bounds of a range, as ids. */
export function boundsOf({ from, to }: RangeOptions): { readonly from: string | undefined; readonly to: string | undefined } {
  return { from: from === undefined ? undefined : idOf(from), to: to === undefined ? undefined : idOf(to) }
}

export function bytesOfId(id: string): Uint8Array {
  return Buffer.from(id, 'latin1')
}

/** Negative, zero or positive, by unsigned byte. */
export function compareBytes(left: Uint8Array, right: Uint8Array): number {
  return Buffer.compare(left, right)
}

/** Bytes of its own, whatever becomes of the buffer behind `bytes`. */
export function copyOf(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes)
}

/** The smallest key greater than `key`: an inclusive end as an exclusive one. */
export function keyAfter(key: Uint8Array): Uint8Array {
  const next = Buffer.alloc(key.length + 1)
  next.set(key)
  return next
}

/** The smallest key greater than all that start with `prefix`; undefined if there is none. */
export function prefixEnd(prefix: Uint8Array): Uint8Array | undefined {
  let length = prefix.length
  while (length > 0 && prefix[length - 1] === 0xff) length -= 1
  if (length === 0) return undefined
  const end = Uint8Array.prototype.slice.call(prefix, 0, length)
  end[length - 1]! += 1
  return end
}

/** Is the text its own UTF-8, so that it is its id as well? */
export function isAscii(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 0x7f) return false
  return true
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
