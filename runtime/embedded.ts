export { EmbeddedBroker, type EmbeddedBrokerOptions } from './client/embedded/broker.js'
