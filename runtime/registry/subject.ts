import { isStreamError } from '../core/errors.js'
import { sameSchema } from '../serde/same-schema.js'
import { parseSchema } from '../serde/schema.js'
import { errorCode, incompatible, notFound, notRegistered, refused } from './errors.js'
import type { Answer, Ask } from './http.js'
import { fetchReferences, foundIn } from './schema-lookup.js'

/** A schema, and where it stands or is to stand. */
export interface Registration {
  readonly subject: string
  readonly type: string
  readonly schema: string
  readonly normalize: boolean
}

/** Registers the schema, unless it is there; its id. Throws SCHEMA_INCOMPATIBLE. */
export async function registerSchema(ask: Ask, { subject, type, schema, normalize }: Registration): Promise<number> {
  const answer = await ask('POST', `${pathOf(subject)}/versions${normalize ? '?normalize=true' : ''}`, { schema })
  if (answer.status === 409) throw incompatible(subject, type, answer)
  return idIn(answer)
}

/**
 * The id of the schema under its subject. One that differs in docs, defaults and the like alone is as good: the values are the same bytes.
 * Throws SCHEMA_NOT_REGISTERED.
 */
export async function findId(ask: Ask, { subject, type, schema, normalize }: Registration): Promise<number> {
  const answer = await ask('POST', `${pathOf(subject)}${normalize ? '?normalize=true' : ''}`, { schema })
  if (answer.status !== 404) return idIn(answer)
  const code = errorCode(answer)
  if (code === notFound.subject) throw notRegistered(subject, type, schema, 'no subject')
  if (code !== notFound.schema && code !== notFound.version) throw refused(answer)
  const id = await findAlike(ask, subject, schema)
  if (id === undefined) throw notRegistered(subject, type, schema, 'other schemas')
  return id
}

/** The latest version that writes the same bytes. */
async function findAlike(ask: Ask, subject: string, schema: string): Promise<number | undefined> {
  const answer = await ask('GET', `${pathOf(subject)}/versions`)
  if (answer.status === 404) return undefined
  if (answer.status !== 200 || !Array.isArray(answer.body)) throw refused(answer)
  const own = parseSchema(schema)
  for (const version of [...answer.body].reverse()) {
    const versionAnswer = await ask('GET', `${pathOf(subject)}/versions/${version}`)
    const found = foundIn(versionAnswer)
    if ((found.schemaType ?? 'AVRO') !== 'AVRO') continue
    const references = await fetchReferences(ask, found)
    if ('reason' in references) continue
    if (isAlike(() => sameSchema(parseSchema(found.schema, references), own))) return idIn(versionAnswer)
  }
  return undefined
}

/** A schema in the registry that cannot be read is another. */
function isAlike(compare: () => boolean): boolean {
  try {
    return compare()
  } catch (error) {
    if (isStreamError(error)) return false
    throw error
  }
}

function idIn(answer: Answer): number {
  const { status, body } = answer
  const id = status === 200 && typeof body === 'object' && body !== null && 'id' in body ? body.id : undefined
  if (typeof id !== 'number') throw refused(answer)
  return id
}

function pathOf(subject: string): string {
  return `/subjects/${encodeURIComponent(subject)}`
}
