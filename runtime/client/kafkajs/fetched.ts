import type { ConsumedRecord, IsolationLevel } from '../client.js'
import { loadCodec } from './compression.js'
import { type FetchedBatch, isAbortMarker, readBatches, readRecords } from './wire/batch-reader.js'
import type { AbortedTransaction, FetchedPartition } from './wire/fetch.js'

/** What one fetch brought of a partition, handed out batch by batch; records are decoded only then. */
export class FetchedRecords {
  /** The partition's end, as this reader may see it. */
  readonly end: number
  readonly #batches: readonly FetchedBatch[]
  #next = 0

  private constructor(end: number, batches: readonly FetchedBatch[]) {
    this.end = end
    this.#batches = batches
  }

  /** Checks and decompresses. Under readCommitted, batches of aborted transactions lose their records. */
  static async of(fetched: FetchedPartition, isolation: IsolationLevel): Promise<FetchedRecords> {
    const committed = isolation === 'readCommitted'
    const batches = readBatches(fetched.records)
    const aborted = committed ? withoutAborted(batches, fetched.aborted) : batches
    const readable: FetchedBatch[] = []
    for (const batch of aborted) {
      readable.push(batch.codec === 0 || batch.count === 0 ? batch : await decompressed(batch))
    }
    return new FetchedRecords(committed ? fetched.lastStableOffset : fetched.highWatermark, readable)
  }

  get empty(): boolean {
    return this.#next >= this.#batches.length
  }

  /**
   * Records from `position` on, until they take about `maxBytes`; and where to go on, which is after control records and gaps too.
   */
  take(
    position: number,
    maxBytes: number,
  ): { readonly records: readonly ConsumedRecord[]; readonly nextOffset: number; readonly bytes: number } {
    const records: ConsumedRecord[] = []
    let nextOffset = position
    let bytes = 0
    while (!this.empty && bytes < maxBytes) {
      const batch = this.#batches[this.#next++]!
      if (batch.lastOffset < position) continue
      if (!batch.control && batch.count > 0) {
        readRecords(batch, position, records)
        bytes += batch.records.length
      }
      nextOffset = batch.lastOffset + 1
    }
    return { records, nextOffset, bytes }
  }
}

async function decompressed(batch: FetchedBatch): Promise<FetchedBatch> {
  const { buffer, byteOffset, length } = await (await loadCodec(batch.codec)).decompress(batch.records)
  return { ...batch, codec: 0, records: Buffer.from(buffer, byteOffset, length) }
}

const none = Buffer.alloc(0)

/** The broker lists what was aborted by producer and first offset; each ends at that producer's next marker of an abort. */
function withoutAborted(batches: readonly FetchedBatch[], aborted: readonly AbortedTransaction[]): readonly FetchedBatch[] {
  if (aborted.length === 0) return batches
  const upcoming = [...aborted].sort((a, b) => b.firstOffset - a.firstOffset)
  const open = new Set<bigint>()
  return batches.map((batch) => {
    while (upcoming.length > 0 && upcoming.at(-1)!.firstOffset <= batch.lastOffset) open.add(upcoming.pop()!.producerId)
    if (batch.control && open.has(batch.producerId) && isAbortMarker(batch)) open.delete(batch.producerId)
    return batch.transactional && !batch.control && open.has(batch.producerId) ? { ...batch, count: 0, records: none } : batch
  })
}
