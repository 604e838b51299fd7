/** The requests to a schema registry that tests make beside the app: what a CI job or another producer does. */
export class RegistryApi {
  readonly #url: string

  constructor(url: string) {
    this.#url = url
  }

  /** The id. */
  async register(subject: string, schema: string, references: readonly object[] = []): Promise<number> {
    const { id } = await this.#ask('POST', `/subjects/${encodeURIComponent(subject)}/versions`, { schema, references })
    return id as number
  }

  async subjects(): Promise<readonly string[]> {
    return (await this.#ask('GET', '/subjects')) as unknown as string[]
  }

  async versions(subject: string): Promise<number> {
    return ((await this.#ask('GET', `/subjects/${encodeURIComponent(subject)}/versions`)) as unknown as number[]).length
  }

  async schema(id: number): Promise<string> {
    return (await this.#ask('GET', `/schemas/ids/${id}`)).schema as string
  }

  /** `BACKWARD`, `FULL`, …: what the registry then holds new schemas of the subject to. */
  async setCompatibility(subject: string, compatibility: string): Promise<void> {
    await this.#ask('PUT', `/config/${encodeURIComponent(subject)}`, { compatibility })
  }

  async #ask(method: string, path: string, body?: object): Promise<Record<string, unknown>> {
    const headers = { 'content-type': 'application/vnd.schemaregistry.v1+json' }
    const answer = await fetch(`${this.#url}${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) })
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`)
    return (await answer.json()) as Record<string, unknown>
  }
}
