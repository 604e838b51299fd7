import zlib from 'node:zlib'

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb8_8320 : crc >>> 1
  return crc
})

/** CRC-32 as zlib's; for Node before 20.15, whose zlib does not hand it out. */
export function crc32ByTable(bytes: Uint8Array): number {
  let crc = 0xffff_ffff
  for (const byte of bytes) crc = (crc >>> 8) ^ table[(crc ^ byte) & 0xff]!
  return (crc ^ 0xffff_ffff) >>> 0
}

export const crc32: (bytes: Uint8Array) => number = zlib.crc32 ?? crc32ByTable
