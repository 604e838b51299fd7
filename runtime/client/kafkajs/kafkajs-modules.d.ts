/**
 * The two modules of kafkajs that the adapter stands on, which its types leave out; its version is pinned for them. Its public consumer
 * joins a rebalancing group again before a commit is possible, cannot read partitions by hand, and decodes a record at a tenth of what it
 * takes us; its public producer has one request under way and groups messages in quadratic time. What they have in common is sound.
 */
declare module 'kafkajs/src/network/connectionPool.js' {
  import type { Socket } from 'node:net'
  import type { ConnectionOptions } from 'node:tls'
  import type { SASLOptions } from 'kafkajs'

  interface KafkajsLogger {
    info(message: string): void
    warn(message: string): void
    error(message: string): void
    debug(message: string): void
    namespace(name: string): KafkajsLogger
  }

  export default class ConnectionPool {
    constructor(options: {
      host: string
      port: number
      ssl: ConnectionOptions | null
      sasl: SASLOptions | null
      clientId: string
      connectionTimeout: number
      requestTimeout: number
      socketFactory(options: { host: string; port: number; ssl: ConnectionOptions | null; onConnect: () => void }): Socket
      logger: KafkajsLogger
    })
    readonly pool: readonly { readonly requestQueue: { readonly pending: readonly unknown[]; scheduleCheckPendingRequests(): void } }[]
  }
}

declare module 'kafkajs/src/broker/index.js' {
  import type ConnectionPool from 'kafkajs/src/network/connectionPool.js'

  const Broker: new (options: {
    connectionPool: ConnectionPool
    logger: ConstructorParameters<typeof ConnectionPool>[0]['logger']
    allowAutoTopicCreation: boolean
  }) => import('./kafkajs-broker.js').KafkajsBroker
  export default Broker
}
