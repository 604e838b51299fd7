import { isStreamError, StreamError } from '../core/errors.js'
import type { Serde } from '../serde/serde.js'

/** What a serde reads of a row of a store; an error names the store. Throws STATE_SCHEMA where it is the writer's schema that does not fit. */
export function readRow<V>(store: string, serde: Serde<V>, bytes: Uint8Array): V {
  try {
    return serde.deserialize(bytes)
  } catch (error) {
    if (!isStreamError(error)) throw error
    const { code, message, details } = error
    const [reason] = message.replace(`${code}: `, '').split('\n', 1)
    const place = { ...details, store, cause: error }
    if (details.fingerprint === undefined) throw new StreamError(code, `a row of the store ${store}: ${reason}`, place)
    throw new StreamError('STATE_SCHEMA', `a row of the store ${store}: ${reason}`, {
      ...place,
      hint: `Run the version that wrote it again, or generate this one with a schema that reads it. To drop the rows instead, delete the changelog of ${store} and the state directories while no instance runs.`,
    })
  }
}
