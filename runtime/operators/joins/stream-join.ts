import { StreamRecord } from '../../core/record.js'
import type { KeyValueStore, WindowStore } from '../../stores/state-store.js'
import type { AnyRecord, KeptNumber, Processor, ProcessorContext } from '../../topology/processor.js'
import type { LogicClass } from '../step.js'
import { closeOnce, sharedLogic, type UserCode } from '../user-code.js'
import type { UnmatchedKey, UnmatchedValues } from './unmatched.js'

interface JoinCode {
  join(left: unknown, right: unknown, key: unknown): unknown
}

export interface StreamJoin {
  readonly name: string
  readonly logic: LogicClass
  /** A left record meets right ones from `beforeMs` before to `afterMs` after it. */
  readonly beforeMs: number
  readonly afterMs: number
  readonly graceMs: number
  readonly stores: { readonly left: string; readonly right: string; readonly unmatched: string | undefined }
  /** Is a record of that side sent alone, joined with null, when its window closes without a partner? */
  readonly leftAlone: boolean
  readonly rightAlone: boolean
}

/** What both sides of a join know of time. */
interface JoinTime {
  /** Highest timestamp of either side. */
  readonly streamTime: KeptNumber
  /** No unmatched record is older than this, as far as the last look at them went. */
  readonly minTime: KeptNumber
}

/** One side of a join of two streams. Kafka Streams: `KStreamKStreamJoin` and `KStreamJoinWindow`. */
export class StreamJoinProcessor implements Processor {
  readonly #join: StreamJoin
  readonly #isLeft: boolean
  /** How far back and ahead of a record its partners may be. */
  readonly #beforeMs: number
  readonly #afterMs: number
  readonly #alone: boolean
  #context!: ProcessorContext
  #code!: UserCode<JoinCode>
  #own!: WindowStore<unknown, unknown>
  #other!: WindowStore<unknown, unknown>
  #unmatched: UnmatchedStore | undefined
  #time!: JoinTime

  constructor(join: StreamJoin, side: 'left' | 'right') {
    this.#join = join
    this.#isLeft = side === 'left'
    this.#beforeMs = this.#isLeft ? join.beforeMs : join.afterMs
    this.#afterMs = this.#isLeft ? join.afterMs : join.beforeMs
    this.#alone = this.#isLeft ? join.leftAlone : join.rightAlone
  }

  init(context: ProcessorContext): void {
    const { stores } = this.#join
    this.#context = context
    this.#code = sharedLogic(this.#join, context)
    this.#own = context.store(this.#isLeft ? stores.left : stores.right)
    this.#other = context.store(this.#isLeft ? stores.right : stores.left)
    this.#unmatched = stores.unmatched === undefined ? undefined : context.store(stores.unmatched)
    this.#time = context.shared(stores, () => joinTime(context, this.#unmatched))
  }

  process(record: AnyRecord): void {
    this.#meet(record)
    if (record.key != null) this.#own.put(record.key, record.value, record.timestamp)
  }

  close(): void {
    if (this.#code !== undefined) closeOnce(this.#code)
  }

  #meet(record: AnyRecord): void {
    const { key, value, timestamp } = record
    const { streamTime } = this.#time
    if (timestamp > streamTime.value) streamTime.value = timestamp
    if (key == null || value == null) {
      if (key == null && value != null && this.#alone) this.#send(record, key, value, null, timestamp)
      else this.#context.drop(key == null ? 'null key' : 'null value')
      return
    }
    if (this.#unmatched !== undefined && timestamp === streamTime.value) this.#sendClosed(this.#unmatched, record)
    if (!this.#joinPartners(record) && this.#alone) this.#leaveAlone(record)
  }

  /** Returns whether there was any. */
  #joinPartners(record: AnyRecord): boolean {
    const { key, value, timestamp } = record
    const from = Math.max(0, timestamp - this.#beforeMs)
    const to = Math.max(0, timestamp + this.#afterMs)
    let found = false
    for (const partner of this.#other.fetchRange(key, from, to)) {
      found = true
      if (this.#unmatched !== undefined) forget(this.#unmatched, { timestamp: partner.start, left: !this.#isLeft, key })
      this.#send(record, key, value, partner.value, Math.max(timestamp, partner.start))
    }
    return found
  }

  /** A record without a partner is sent if its window is over, and else waits. */
  #leaveAlone(record: AnyRecord): void {
    const { key, value, timestamp } = record
    const { streamTime, minTime } = this.#time
    if (this.#unmatched === undefined || Math.max(0, timestamp + this.#afterMs) < streamTime.value) {
      this.#send(record, key, value, null, timestamp)
      return
    }
    minTime.value = Math.min(minTime.value, timestamp)
    const entry = { timestamp, left: this.#isLeft, key }
    const values = this.#unmatched.get(entry)?.values ?? []
    this.#unmatched.put(entry, { left: this.#isLeft, values: [...values, value] })
  }

  /** Sends the unmatched records of both sides whose windows have closed, by time, under the headers of the record that closed them. */
  #sendClosed(unmatched: UnmatchedStore, record: AnyRecord): void {
    const { streamTime, minTime } = this.#time
    const { beforeMs, afterMs, graceMs } = this.#join
    const now = streamTime.value - graceMs
    if (minTime.value + this.#afterMs >= now) return
    minTime.value = Number.MAX_SAFE_INTEGER
    let leftOpen = false
    let rightOpen = false
    const sent: UnmatchedKey[] = []
    for (const { key: entry, value } of unmatched.all()) {
      // Also where the walk ends: Kafka Streams takes up from there, though entries before it may still be open.
      minTime.value = entry.timestamp
      if (leftOpen && rightOpen) break
      if (entry.timestamp + (entry.left ? afterMs : beforeMs) >= now) {
        if (entry.left) leftOpen = true
        else rightOpen = true
        // It walks from value to value: the next may be of the same entry.
        if (leftOpen && rightOpen && value.values.length > 1) break
        continue
      }
      for (const alone of value.values) this.#sendAlone(record, entry, alone)
      sent.push(entry)
    }
    for (const entry of sent) unmatched.put(entry, null)
  }

  #sendAlone(record: AnyRecord, { timestamp, left, key }: UnmatchedKey, value: unknown): void {
    const joined = left ? this.#code.join(value, null, key) : this.#code.join(null, value, key)
    this.#context.forward(new StreamRecord(key, joined, timestamp, record.headers))
  }

  #send(record: AnyRecord, key: unknown, value: unknown, other: unknown, timestamp: number): void {
    const joined = this.#isLeft ? this.#code.join(value, other, key) : this.#code.join(other, value, key)
    this.#context.forward(new StreamRecord(key, joined, timestamp, record.headers))
  }
}

type UnmatchedStore = KeyValueStore<UnmatchedKey, UnmatchedValues>

function joinTime(context: ProcessorContext, unmatched: UnmatchedStore | undefined): JoinTime {
  const minTime = context.keep('min-time', Number.MAX_SAFE_INTEGER)
  // Records may be back without it, restored from their changelog alone.
  if (minTime.value === Number.MAX_SAFE_INTEGER && unmatched !== undefined) {
    for (const { key } of unmatched.all()) {
      minTime.value = key.timestamp
      break
    }
  }
  return { streamTime: context.keep('stream-time', -1), minTime }
}

/** Looks first: most records that meet a partner were never unmatched, and a delete would go to the changelog. */
function forget(unmatched: UnmatchedStore, entry: UnmatchedKey): void {
  if (unmatched.get(entry) !== undefined) unmatched.put(entry, null)
}
