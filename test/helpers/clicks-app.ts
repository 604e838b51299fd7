/** The smallest job with two inputs: clicks that look up a table of users. Keys are users; `out` has `click by name`. */
import { type AppConfig, StreamApp } from 'millrace'
import type { Client } from '#runtime/client/client.js'
import { newFolder } from './counting-app.js'
import { clicksOfUsers } from './specs.js'

const quiet = { debug() {}, info() {}, warn() {}, error() {} }
const utf8 = new TextEncoder()
const text = new TextDecoder()

export class ClicksApp extends StreamApp<object> {
  constructor(config: Partial<AppConfig>, spec = clicksOfUsers) {
    super(spec, { stateDir: newFolder(), handleSignals: false, logger: quiet, ...config })
  }
}

export interface Row {
  readonly key: string
  readonly value: string
  readonly timestamp: number
  readonly partition?: number
}

export async function produce(client: Client, topic: string, rows: readonly Row[]): Promise<void> {
  const producer = client.createProducer()
  for (const { key, value, timestamp, partition = 0 } of rows) {
    producer.send({ topic, partition, key: utf8.encode(key), value: utf8.encode(value), timestamp, headers: [] })
  }
  await producer.flush()
  await producer.close()
}

/** The first values of a partition, in order; waits until there are so many. */
export async function valuesOf(client: Client, topic: string, count: number, partition = 0): Promise<string[]> {
  const reader = client.createReader()
  await reader.assign(new Map([[{ topic, partition }, 0]]))
  const values: string[] = []
  while (values.length < count) {
    for (const { records } of await reader.poll(100)) for (const { value } of records) values.push(text.decode(value!))
  }
  await reader.close()
  return values
}
