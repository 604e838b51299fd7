import { connect as connectPlain, isIP, type Socket } from 'node:net'
import { type ConnectionOptions, connect as connectTls } from 'node:tls'
import Broker from 'kafkajs/src/broker/index.js'
import ConnectionPool from 'kafkajs/src/network/connectionPool.js'
import { StreamError } from '../../core/errors.js'
import type { Logger } from '../../core/logger.js'
import { isConnectionFailure } from './failures.js'
import type { KafkajsBroker } from './kafkajs-broker.js'
import type { Settings } from './settings.js'
import type { Request } from './wire/request.js'

/** The versions that our own requests are written in; Kafka has had them since 2.5. */
const needed = [
  { apiKey: 0, apiName: 'Produce', version: 7 },
  { apiKey: 1, apiName: 'Fetch', version: 11 },
  { apiKey: 9, apiName: 'OffsetFetch', version: 7 },
]

/**
 * A connection to one broker: kafkajs's sockets, TLS, authentication, framing, timeouts and requests (`use`), and requests of our own
 * beside them (`send`). It is thrown away when it breaks, so that nothing depends on how kafkajs mends connections.
 */
export class Node {
  readonly address: string
  readonly #broker: KafkajsBroker
  readonly #sockets: Sockets

  private constructor(address: string, broker: KafkajsBroker, sockets: Sockets) {
    this.address = address
    this.#broker = broker
    this.#sockets = sockets
  }

  static async connect(address: string, settings: Settings): Promise<Node> {
    const sockets = new Sockets()
    const colon = address.lastIndexOf(':')
    const logger = toKafkajsLogger(settings.logger, address)
    const connectionPool = new ConnectionPool({
      host: address.slice(0, colon).replace(/^\[|\]$/g, ''),
      port: Number(address.slice(colon + 1)),
      ssl: settings.ssl ?? null,
      sasl: settings.sasl ?? null,
      clientId: settings.clientId,
      connectionTimeout: settings.connectionTimeoutMs,
      requestTimeout: settings.requestTimeoutMs,
      socketFactory: (options) => sockets.open(options),
      logger,
    })
    // kafkajs 2.2.4 looks for waiting requests every millisecond, on every connection and for ever.
    for (const { requestQueue } of connectionPool.pool) {
      const schedule = requestQueue.scheduleCheckPendingRequests
      requestQueue.scheduleCheckPendingRequests = () => {
        if (requestQueue.pending.length > 0) schedule.call(requestQueue)
      }
    }
    const broker = new Broker({ connectionPool, logger, allowAutoTopicCreation: false })
    try {
      await broker.connect()
      checkVersions(address, broker)
      return new Node(address, broker, sockets)
    } catch (error) {
      sockets.destroy()
      throw error
    }
  }

  get closed(): boolean {
    return this.#sockets.destroyed
  }

  /** Runs requests of kafkajs; a failure of the connection closes it. */
  async use<T>(work: (broker: KafkajsBroker) => Promise<T>): Promise<T> {
    try {
      return await work(this.#broker)
    } catch (error) {
      if (isConnectionFailure(error)) this.close()
      throw error
    }
  }

  /** Sends a request of our own. */
  send<Answer>(request: Request<Answer>): Promise<Answer> {
    const { apiKey, apiName, apiVersion, timeoutMs } = request
    return this.use((broker) =>
      broker.connectionPool.send<Answer>({
        request: {
          apiKey,
          apiName,
          apiVersion,
          encode: async () => {
            const { written } = request.encode()
            return { buf: written, buffer: written }
          },
        },
        response: {
          decode: async (bytes) => ({ answer: request.decode(bytes) }),
          parse: async ({ answer }) => answer,
        },
        ...(timeoutMs === undefined ? {} : { requestTimeout: timeoutMs }),
      }),
    )
  }

  /** At once, whatever is under way: that fails. */
  close(): void {
    this.#sockets.destroy()
  }
}

interface SocketOptions {
  readonly host: string
  readonly port: number
  readonly ssl: ConnectionOptions | null
  onConnect(): void
}

/** The sockets of one node: kafkajs opens a second one when it first fetches. */
class Sockets {
  readonly #open = new Set<Socket>()
  destroyed = false

  open({ host, port, ssl, onConnect }: SocketOptions): Socket {
    const name = isIP(host) === 0 ? { servername: host } : {}
    const socket = ssl === null ? connectPlain({ host, port }, onConnect) : connectTls({ host, port, ...name, ...ssl }, onConnect)
    socket.setKeepAlive(true, 60_000).setNoDelay(true)
    this.#open.add(socket)
    socket.once('close', () => this.#open.delete(socket))
    if (this.destroyed) end(socket)
    return socket
  }

  destroy(): void {
    this.destroyed = true
    for (const socket of this.#open) end(socket)
  }
}

/** By an error, which makes kafkajs fail what it waits for, and stop its timers. */
function end(socket: Socket): void {
  socket.destroy(new Error('closed here'))
}

/** All that fails is tried again or thrown by us, and told then: kafkajs's own words are for debugging. */
function toKafkajsLogger(logger: Logger, address: string) {
  const log = (message: string) => logger.debug(`kafkajs ${address}: ${message}`)
  const levels = { info: log, warn: log, error: log, debug: () => {} }
  const logging = { ...levels, namespace: () => logging }
  return logging
}

function checkVersions(address: string, broker: KafkajsBroker): void {
  for (const { apiKey, apiName, version } of needed) {
    if ((broker.versions[apiKey]?.maxVersion ?? 0) >= version) continue
    throw new StreamError('BROKER_TOO_OLD', `the broker at ${address} does not know version ${version} of ${apiName}`, {
      hint: 'Millrace needs Apache Kafka 2.5 or newer.',
    })
  }
}
