// The embedded broker in memory is a Client.
import { EmbeddedBroker, embeddedClient } from '#runtime/embedded.js'
import { clientSuite } from './client-suite.js'

const broker = new EmbeddedBroker()

clientSuite({
  connect: async () => embeddedClient(broker),
  compact: async (topic) => broker.clean(topic),
  lastStableOffset: true,
  dropsSilentMembers: true,
  refusesOffsetsOutOfRange: true,
})
