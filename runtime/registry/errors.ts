import { StreamError } from '../core/errors.js'
import { type Answer, told } from './http.js'

/** The registry's code of an error (`error_code`), undefined if the answer is not the API's. */
export function errorCode({ body }: Answer): number | undefined {
  const code = typeof body === 'object' && body !== null && 'error_code' in body ? body.error_code : undefined
  return typeof code === 'number' ? code : undefined
}

/** Codes of the API: the subject, the version, the schema is not there. */
export const notFound = { subject: 40401, version: 40402, schema: 40403 }

/** The error of an answer that is none that was hoped for. */
export function refused(answer: Answer): StreamError {
  const { status, asked } = answer
  if (status === 401 || status === 403) {
    return new StreamError('REGISTRY_NOT_AUTHORIZED', `The schema registry does not allow ${asked}: ${told(answer)}`, {
      hint: 'Check schemaRegistry.auth, and the rights of these credentials.',
    })
  }
  const known = errorCode(answer) !== undefined
  return new StreamError('REGISTRY_REFUSED', `The schema registry refuses ${asked}: ${told(answer)}`, {
    ...(known ? {} : { hint: 'Is schemaRegistry.url that of the API? Apicurio, for one, has it at /apis/ccompat/v7.' }),
  })
}

export function unreachable(place: string, waitedMs: number, reason: string): StreamError {
  return new StreamError('REGISTRY_UNREACHABLE', `No schema registry answered at ${place} within ${waitedMs} ms: ${reason}`, {
    hint: 'Check schemaRegistry.url, and that the registry runs; nothing is lost, a new start goes on.',
  })
}

export function notRegistered(subject: string, type: string, schema: string, found: 'no subject' | 'other schemas'): StreamError {
  const has =
    found === 'no subject' ? `The schema registry has no subject ${subject}` : `The subject ${subject} has other schemas than the app's`
  return new StreamError('SCHEMA_NOT_REGISTERED', `${has}; ${type} was to be written with it.`, {
    hint: `Register the schema there, or set schemaRegistry.register: true. It is ${schema}`,
  })
}

export function incompatible(subject: string, type: string, answer: Answer): StreamError {
  return new StreamError(
    'SCHEMA_INCOMPATIBLE',
    `The schema registry does not take the schema of ${type} under the subject ${subject}: ${told(answer)}`,
    { hint: "Change the schema so that it is compatible, or the subject's compatibility level, if every reader can do without." },
  )
}

export function unknownSchema(id: number, reason: string): StreamError {
  return new StreamError('DESERIALIZATION', `the schema registry has no schema for the id ${id}: ${reason}`)
}
