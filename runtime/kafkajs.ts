export { kafkajsClient } from './client/kafkajs/client.js'
export type { KafkajsSettings } from './client/kafkajs/settings.js'
