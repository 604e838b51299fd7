/** Kafka's murmur2 of a key, as Java's producer computes it (`org.apache.kafka.common.utils.Utils.murmur2`), without its sign. */
export function murmur2(bytes: Uint8Array): number {
  const length = bytes.length
  let hash = 0x9747b28c ^ length
  let at = 0
  for (; at + 4 <= length; at += 4) {
    let k = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
    k = Math.imul(k, multiplier)
    k ^= k >>> 24
    hash = Math.imul(hash, multiplier) ^ Math.imul(k, multiplier)
  }
  const rest = length - at
  if (rest === 3) hash ^= bytes[at + 2]! << 16
  if (rest >= 2) hash ^= bytes[at + 1]! << 8
  if (rest >= 1) hash = Math.imul(hash ^ bytes[at]!, multiplier)
  hash ^= hash >>> 13
  hash = Math.imul(hash, multiplier)
  return (hash ^ (hash >>> 15)) & 0x7fffffff
}

const multiplier = 0x5bd1e995

/** The partition of a key, as Java's default partitioner chooses it, so that topics written by either are co-partitioned. */
export function partitionOf(key: Uint8Array, partitions: number): number {
  return partitions === 1 ? 0 : murmur2(key) % partitions
}
