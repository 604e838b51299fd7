import type { PartitionLog } from './partition-log.js'

/** Has a segment just been filled? Then old ones may have to go. */
export function needsRetention(log: PartitionLog): boolean {
  const newest = log.segments.at(-1)
  return log.config.delete && log.segments.length > 1 && newest !== undefined && newest.size >= log.config.segmentBytes
}

/** Frees whole segments that `retention.ms` and `retention.bytes` no longer keep, oldest first. */
export function retain(log: PartitionLog, now: number): void {
  if (!log.config.delete) return
  const oldest = now - log.config.retentionMs
  const newest = log.segments.at(-1)
  if (newest !== undefined && newest.maxTimestamp < oldest) log.roll()
  let size = log.size
  let keptFrom = log.startOffset
  for (const [index, segment] of log.segments.entries()) {
    const next = log.segments[index + 1]
    const wanted = segment.maxTimestamp >= oldest && size - segment.size < log.config.retentionBytes
    if (next === undefined || wanted || next.baseOffset > log.lastStableOffset) break
    size -= segment.size
    keptFrom = next.baseOffset
  }
  if (keptFrom > log.startOffset) log.deleteBefore(keptFrom)
}
