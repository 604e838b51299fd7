import type { RegisteredSchema } from '../serde/registry.js'
import { errorCode, notFound, refused } from './errors.js'
import { type Answer, type Ask, told } from './http.js'

/** What the API tells of a schema. */
interface Found {
  readonly schema: string
  readonly schemaType?: string
  readonly references?: readonly Reference[]
}

interface Reference {
  readonly subject: string
  readonly version: number
}

/** There is no schema that can be read. */
export interface Unreadable {
  readonly reason: string
}

/** The schema of an id with all that it refers to. Throws what another id would meet too. */
export async function fetchSchema(ask: Ask, id: number): Promise<RegisteredSchema | Unreadable> {
  if (id <= 0) return { reason: 'ids are positive' }
  const answer = await ask('GET', `/schemas/ids/${id}`)
  if (answer.status === 404 && errorCode(answer) === notFound.schema) return { reason: told(answer) }
  const found = foundIn(answer)
  const { schemaType = 'AVRO' } = found
  if (schemaType !== 'AVRO') return { reason: `it is of the type ${schemaType}, not of Avro` }
  const references = await fetchReferences(ask, found)
  return 'reason' in references ? references : { schema: found.schema, references }
}

/** Each of them once, however often and deep it is referred to; those deleted since, too. */
export async function fetchReferences(ask: Ask, { references = [] }: Found): Promise<readonly string[] | Unreadable> {
  const schemas: string[] = []
  const seen = new Set<string>()
  const open = [...references]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { subject, version } = next
    const path = `/subjects/${encodeURIComponent(subject)}/versions/${version}?deleted=true`
    if (seen.has(path)) continue
    seen.add(path)
    const answer = await ask('GET', path)
    if (answer.status === 404) return { reason: `it refers to version ${version} of the subject ${subject}: ${told(answer)}` }
    const found = foundIn(answer)
    schemas.push(found.schema)
    open.push(...(found.references ?? []))
  }
  return schemas
}

/** Throws REGISTRY_REFUSED and REGISTRY_NOT_AUTHORIZED. */
export function foundIn(answer: Answer): Found {
  const { status, body } = answer
  const isFound = status === 200 && typeof body === 'object' && body !== null && 'schema' in body && typeof body.schema === 'string'
  if (!isFound) throw refused(answer)
  return body as unknown as Found
}
