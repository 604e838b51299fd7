import { Headers, type KeyValue, StreamRecord, type Windowed } from 'millrace'
import { Queried } from '../generated/papi-session-queries.js'
import { flat, num } from '../logic.js'

/** Does to a session store what the record's key says, with the value's parts as arguments. */
class QueriedStore extends Queried {
  protected override process(record: Queried.In, context: Queried.Context): void {
    const { ss } = context.stores
    const [key = '', other = '', from = '', to = ''] = (record.value ?? '').split(':')
    const t = num(from)
    const u = num(to)
    const session = { key, start: t, end: Math.max(t, u) }
    const each = (entries: Iterable<KeyValue<Windowed<string>, string>>) => {
      for (const entry of entries) context.forward(new StreamRecord(flat(entry.key), entry.value, record.timestamp, Headers.empty))
    }
    switch (record.key) {
      case 'put':
        ss.put(session, other)
        break
      case 'del':
        ss.remove(session)
        break
      case 'find':
        each(ss.findSessions(key, t, u))
        break
      case 'findKeys':
        each(ss.findSessionsInKeyRange(key, other, t, u))
        break
      case 'fetch':
        each(ss.fetch(key))
        break
      case 'fetchKeys':
        if (key <= other) each(ss.fetchKeyRange(key, other))
        break
      case 'one': {
        const value = ss.fetchSession(key, session.start, session.end)
        if (value !== undefined) each([{ key: session, value }])
        break
      }
    }
  }
}

export const processors = { queried: QueriedStore }
