import type { Serde } from '../../serde/serde.js'

/**
 * Tells whether a row is still the one that a subscription was made for (KIP-213): a hash of its bytes. A row has other bytes under another
 * schema, though it is the same; so that this can be told, four bytes of the header that names the schema stand in front, if there is one.
 */
export function rowHash(serde: Serde, row: unknown): Uint8Array {
  const bytes = serde.serialize(row)
  const hash = valueHash(bytes)
  if (namesSchema(serde)) hash.set(bytes.subarray(1, 5))
  return hash
}

/** Are these hashes of rows of different schemas? */
export function differInSchema(serde: Serde, left: Uint8Array, right: Uint8Array): boolean {
  return namesSchema(serde) && Buffer.compare(left.subarray(0, 4), right.subarray(0, 4)) !== 0
}

function namesSchema(serde: Serde): boolean {
  return serde.isForeign !== undefined
}

/** MurmurHash3 (x86, 128 bits, seed 0), by Austin Appleby, public domain. */
export function valueHash(bytes: Uint8Array): Uint8Array {
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const end = data.length - (data.length % 16)
  const h: [number, number, number, number] = [0, 0, 0, 0]
  for (let at = 0; at < end; at += 16) {
    for (let lane = 0; lane < 4; lane += 1) {
      const mixed = rotate(h[lane]! ^ scramble(data.readInt32LE(at + 4 * lane), lane), rotations[lane]!)
      h[lane] = (Math.imul((mixed + h[(lane + 1) % 4]!) | 0, 5) + increments[lane]!) | 0
    }
  }
  const tail = Buffer.alloc(16)
  data.copy(tail, 0, end)
  for (let lane = 0; lane * 4 < data.length - end; lane += 1) h[lane] = h[lane]! ^ scramble(tail.readInt32LE(4 * lane), lane)
  for (let lane = 0; lane < 4; lane += 1) h[lane] = h[lane]! ^ data.length
  spread(h)
  for (let lane = 0; lane < 4; lane += 1) h[lane] = finish(h[lane]!)
  spread(h)
  const hash = Buffer.allocUnsafe(16)
  for (let lane = 0; lane < 4; lane += 1) hash.writeInt32BE(h[lane]! | 0, 4 * lane)
  return hash
}

const factors = [0x239b961b, 0xab0e9789, 0x38b34ae5, 0xa1e38b93]
const scrambles = [15, 16, 17, 18]
const rotations = [19, 17, 15, 13]
const increments = [0x561ccd1b, 0x0bcaa747, 0x96cd1c35, 0x32ac3b17]

function scramble(word: number, lane: number): number {
  return Math.imul(rotate(Math.imul(word, factors[lane]!), scrambles[lane]!), factors[(lane + 1) % 4]!)
}

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits))
}

function spread(h: [number, number, number, number]): void {
  h[0] = (h[0] + h[1] + h[2] + h[3]) | 0
  for (let lane = 1; lane < 4; lane += 1) h[lane] = (h[lane]! + h[0]) | 0
}

function finish(word: number): number {
  let h = word
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}
