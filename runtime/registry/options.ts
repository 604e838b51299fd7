import type { Agent } from 'node:http'
import type { ConnectionOptions } from 'node:tls'

/** How the subject of a schema is named, as by Confluent's serializers. */
export type SubjectNameStrategy =
  /** `<topic>-key`, `<topic>-value`: all of a topic side is of one type. */
  | 'topicName'
  /** The type's full name: several types in a topic, the same subject in all topics. */
  | 'recordName'
  /** `<topic>-<full name>`: several types in a topic. */
  | 'topicRecordName'

/** A schema registry that speaks Confluent's REST API: Confluent's own, Karapace, Apicurio (`/apis/ccompat/v7`), Redpanda. Times in milliseconds. */
export interface RegistryOptions {
  /** `https://host:8081`, or several: where one does not answer, the next is asked. Credentials may stand in it. */
  readonly url: string | readonly string[]
  /** Credentials; a function is asked before each request, so that tokens can be renewed. */
  readonly auth?: RegistryAuth
  /** Sent with each request. */
  readonly headers?: Readonly<Record<string, string>>
  /** TLS, as Node's `tls.connect` takes it: `ca`, `cert`, `key`, … */
  readonly ssl?: ConnectionOptions
  /** Makes the connections, such as through a proxy; in place of `ssl`. */
  readonly agent?: Agent
  /** Register the schemas that the app writes, at start. Default false: they must be there. */
  readonly register?: boolean
  /** Default `topicName`. */
  readonly subjectNameStrategy?: SubjectNameStrategy
  /** Let the registry normalize schemas before it compares or registers them. Default false. */
  readonly normalize?: boolean
  /** How long one request may take. Default 10 000. */
  readonly requestTimeoutMs?: number
  /** How long records whose schema is not known yet wait for a registry that does not answer, before the app stops. Default 300 000. */
  readonly retryTimeoutMs?: number
}

export type RegistryAuth =
  | { readonly username: string; readonly password: string }
  | { readonly token: string | (() => string | Promise<string>) }
