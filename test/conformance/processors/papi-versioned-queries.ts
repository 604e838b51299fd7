import { Headers, StreamRecord, type VersionedRecord } from 'millrace'
import { Queried } from '../generated/papi-versioned-queries.js'
import { num } from '../logic.js'

/** What Java's `VersionedKeyValueStore.put` returns for `validTo`: its constants for "still valid" and "not put". */
const putResult = (validTo: number | undefined | 'expired') =>
  validTo === undefined ? '-1' : validTo === 'expired' ? '-9223372036854775808' : validTo

/** Does to a versioned store what the record's key says, with the value's parts as arguments. */
class QueriedStore extends Queried {
  protected override process(record: Queried.In, context: Queried.Context): void {
    const { vs } = context.stores
    const [key = '', value = '', time = '', asOf = ''] = (record.value ?? '').split(':')
    const t = num(time)
    const send = (text: string) => context.forward(new StreamRecord(key, text, record.timestamp, Headers.empty))
    const one = (version: VersionedRecord<string> | undefined) => {
      if (version !== undefined) send(`${version.value}@${version.timestamp}`)
    }
    switch (record.key) {
      case 'put':
        send(`validTo=${putResult(vs.put(key, value, t))}`)
        break
      case 'del':
        send(`validTo=${putResult(vs.put(key, null, t))}`)
        break
      case 'delete':
        one(vs.delete(key, t))
        break
      case 'get':
        one(vs.get(key))
        break
      case 'getAsOf':
        one(vs.get(key, num(asOf)))
        break
    }
  }
}

export const processors = { queried: QueriedStore }
