import type { Writer } from './writer.js'

/** A request of Kafka's protocol that we encode and decode ourselves; kafkajs's connection carries it. */
export interface Request<Answer> {
  readonly apiKey: number
  readonly apiName: string
  readonly apiVersion: number
  /** How long the broker may take, milliseconds, where that is more than a request usually may. */
  readonly timeoutMs?: number
  encode(): Writer
  decode(bytes: Buffer): Answer
}
