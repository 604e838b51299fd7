export { EmbeddedBroker, type EmbeddedBrokerOptions, type StoredBrokerOptions } from './client/embedded/broker.js'
export { type EmbeddedClient, embeddedClient } from './client/embedded/client.js'
export type { Fault, Faults, Operation } from './client/embedded/faults.js'
export { InMemoryRegistry, type InMemoryRegistryOptions } from './registry/in-memory-registry.js'
