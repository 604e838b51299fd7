import { Headers, type KeyValue, StreamRecord, type WindowEntry, type Windowed } from 'millrace'
import { Queried } from '../generated/papi-window-queries.js'
import { flat, num } from '../logic.js'

/** Does to a window store what the record's key says, with the value's parts as arguments. */
class QueriedStore extends Queried {
  protected override process(record: Queried.In, context: Queried.Context): void {
    const { ws } = context.stores
    const [key = '', other = '', start = '', end = ''] = (record.value ?? '').split(':')
    const from = num(start)
    const to = num(end)
    const one = (name: string, value: string | undefined) => {
      if (value !== undefined) context.forward(new StreamRecord(name, value, record.timestamp, Headers.empty))
    }
    const each = (entries: Iterable<KeyValue<Windowed<string>, string>>) => {
      for (const entry of entries) one(flat(entry.key), entry.value)
    }
    const times = (entries: Iterable<WindowEntry<string>>) => {
      for (const entry of entries) one(`${key}@${entry.start}`, entry.value)
    }
    switch (record.key) {
      case 'put':
        ws.put(key, other, from)
        break
      case 'del':
        ws.put(key, null, from)
        break
      case 'fetchOne':
        one(`${key}@${from}`, ws.fetch(key, from))
        break
      case 'fetch':
        times(ws.fetchRange(key, from, to))
        break
      case 'backwardFetch':
        times(ws.backwardFetchRange(key, from, to))
        break
      case 'fetchKeys':
        each(ws.fetchKeyRange(key, other, from, to))
        break
      case 'fetchAll':
        each(ws.fetchAll(from, to))
        break
      case 'backwardFetchAll':
        each(ws.backwardFetchAll(from, to))
        break
      case 'all':
        each(ws.all())
        break
      case 'backwardAll':
        each(ws.backwardAll())
        break
    }
  }
}

export const processors = { queried: QueriedStore }
