/**
 * The record batch of Kafka's log and protocol, version 2 (the only one that brokers of Kafka 4 know):
 * https://kafka.apache.org/documentation/#recordbatch. Both sides share the places of its header's fields.
 */
export const header = {
  baseOffset: 0,
  /** Bytes after this field, 32 bits. */
  batchLength: 8,
  leaderEpoch: 12,
  magic: 16,
  crc: 17,
  attributes: 21,
  lastOffsetDelta: 23,
  baseTimestamp: 27,
  maxTimestamp: 35,
  producerId: 43,
  producerEpoch: 51,
  baseSequence: 53,
  count: 57,
  size: 61,
} as const

export const magic = 2

/** Bits of the attributes. */
export const attribute = { compression: 0x07, logAppendTime: 0x08, transactional: 0x10, control: 0x20 } as const
