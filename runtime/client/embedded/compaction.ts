import type { PartitionLog } from './partition-log.js'
import { Flag, type RecordHead } from './record-codec.js'
import type { Segment } from './segment.js'

/** Compaction need not run before so much is new. */
const minDirtyBytes = 4 << 20

/** Is enough of a compacted log new since it was last compacted (`min.cleanable.dirty.ratio`, and a few MiB)? */
export function needsCompaction(log: PartitionLog): boolean {
  return log.config.compact && log.dirtyBytes >= minDirtyBytes && log.dirtyBytes >= log.size * log.config.minDirtyRatio
}

/**
 * Keeps the last record of each key, offsets unchanged; aborted records, markers, and tombstones whose `delete.retention.ms` is
 * over go. What a transaction still open or `min.compaction.lag.ms` protects stays as it is.
 */
export function compact(log: PartitionLog, now: number): void {
  log.roll()
  log.dirtyBytes = 0
  const sources = log.segments.slice(0, -1)
  const limit = compactionLimit(log, sources, now)
  const kept = lastOffsets(log, sources, limit)
  for (const group of bySize(sources, log.config.segmentBytes)) {
    const end = log.segments[log.segments.indexOf(group.at(-1)!) + 1]!.baseOffset
    log.replace(group, end, (replacement) => {
      for (const source of group) copy(source, replacement)
    })
  }
  log.transactions.forgetBefore(limit)

  function copy(source: Segment, replacement: Segment): void {
    let open = false
    source.scan(log.startOffset, (head, record) => {
      if (open && replacement.frameBytes >= maxFrameBytes) {
        replacement.end()
        open = false
      }
      const untouched = head.offset >= limit
      let { flags, doomedAt } = head
      if (!untouched) {
        if (!kept.has(head.offset)) return true
        if (head.flags & Flag.nullValue) {
          if (!(flags & Flag.doomed)) doomedAt = now + log.config.deleteRetentionMs
          if (doomedAt <= now) return true
          flags |= Flag.doomed
        }
        // Its transaction is decided, and its marker goes.
        flags &= ~Flag.transactional
      }
      if (!open) replacement.begin()
      open = true
      replacement.add(record(), head.offset, flags, head.producerId, doomedAt)
      return true
    })
    if (open) replacement.end()
  }
}

const maxFrameBytes = 1 << 20

/** Where compaction stops. */
function compactionLimit(log: PartitionLog, sources: readonly Segment[], now: number): number {
  let limit = log.lastStableOffset
  if (log.config.minCompactionLagMs === 0) return limit
  const young = now - log.config.minCompactionLagMs
  for (const source of sources) {
    if (source.baseOffset >= limit) break
    source.scan(log.startOffset, ({ timestamp, offset }) => {
      if (offset >= limit) return false
      if (timestamp > young) limit = offset
      return true
    })
  }
  return limit
}

/** The offsets of the last record of each key before `limit`, less aborted ones. */
function lastOffsets(log: PartitionLog, sources: readonly Segment[], limit: number): ReadonlySet<number> {
  const last = new Map<string, number>()
  const counts = (head: RecordHead) => !(head.flags & (Flag.marker | Flag.nullKey)) && !log.transactions.isAborted(head)
  for (const source of sources) {
    source.scan(log.startOffset, (head, record) => {
      if (head.offset >= limit) return false
      if (counts(head)) last.set(keyOf(record().key!), head.offset)
      return true
    })
  }
  return new Set(last.values())
}

/** The bytes of a key as a key of a Map. */
function keyOf(key: Uint8Array): string {
  return Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString('latin1')
}

/** Whole segments in groups of at most `size` bytes, so that small ones grow together. */
function bySize(segments: readonly Segment[], size: number): Segment[][] {
  const groups: Segment[][] = []
  let bytes = 0
  for (const segment of segments) {
    if (groups.length === 0 || bytes + segment.size > size) {
      groups.push([])
      bytes = 0
    }
    groups.at(-1)!.push(segment)
    bytes += segment.size
  }
  return groups
}
