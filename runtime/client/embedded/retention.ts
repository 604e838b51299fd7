import type { PartitionLog } from './partition-log.js'

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
