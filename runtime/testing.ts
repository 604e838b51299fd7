/** What tests of topologies use; generated drivers extend `TopologyTestDriver`. */
export { Headers } from './core/headers.js'
export { InMemoryRegistry, type InMemoryRegistryOptions } from './registry/in-memory-registry.js'
export type { ErrorDecision, ErrorHandler, ErrorHandlers, Failure } from './tasks/handlers.js'
export type { PipeOptions, TestInputTopic } from './testing/input-topic.js'
export type { TopologyTestDriverOptions } from './testing/options.js'
export type { TestOutputTopic, TestRecord } from './testing/output-topic.js'
export type { TestKeyValueStore, TestSessionStore, TestVersionedStore, TestWindowStore } from './testing/test-stores.js'
export { TopologyTestDriver } from './testing/topology-test-driver.js'
