import { Headers, type KeyValue, StreamRecord, type ValueAndTimestamp } from 'millrace'
import { Queried } from '../generated/papi-kv-queries.js'
import { after, before } from '../logic.js'

/** Does to a timestamped key-value store what the record's key says, with the value's two parts as arguments. */
class QueriedStore extends Queried {
  protected override process(record: Queried.In, context: Queried.Context): void {
    const { kv } = context.stores
    const x = before(record.value) ?? ''
    const y = after(record.value) ?? ''
    const from = x === '' ? undefined : x
    const to = y === '' ? undefined : y
    const one = (key: string, value: ValueAndTimestamp<string> | undefined) => {
      if (value === undefined) return
      context.forward(new StreamRecord(key, `${value.value}@${value.timestamp}`, record.timestamp, Headers.empty))
    }
    const each = (entries: Iterable<KeyValue<string, ValueAndTimestamp<string>>>) => {
      for (const entry of entries) one(entry.key, entry.value)
    }
    switch (record.key) {
      case 'put':
        one(x, kv.get(x))
        kv.put(x, { value: y, timestamp: record.timestamp })
        break
      case 'putIfAbsent':
        one(x, kv.putIfAbsent(x, { value: y, timestamp: record.timestamp }))
        break
      case 'del':
        one(x, kv.delete(x))
        break
      case 'get':
        one(x, kv.get(x))
        break
      case 'all':
        each(kv.all())
        break
      case 'reverseAll':
        each(kv.reverseAll())
        break
      case 'range':
        each(kv.range(from, to))
        break
      case 'reverseRange':
        each(kv.reverseRange(from, to))
        break
      case 'prefix':
        if (from !== undefined) each(kv.prefixScan(from))
        break
    }
  }
}

export const processors = { queried: QueriedStore }
