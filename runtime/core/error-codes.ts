/** What the poll loop does about an error; each code has one (docs/errors.md). */
export type Reaction = 'retry' | 'skip' | 'migrate' | 'restore' | 'stop'

interface ErrorDescription {
  readonly reaction: Reaction
  /** When it happens and what to do, for docs/errors.md. */
  readonly description: string
}

const codes = {
  UNEXPECTED: { reaction: 'stop', description: 'A failure that Millrace does not know; its cause tells more.' },
  BROKER_UNREACHABLE: {
    reaction: 'stop',
    description: 'No broker answered in time; the message names the addresses tried and for how long.',
  },
  INVALID_TOPOLOGY: {
    reaction: 'stop',
    description: 'The steps of a topology do not fit together; the message lists every step that does not, with what to change.',
  },
  BROKER_TOO_OLD: { reaction: 'stop', description: 'A broker is older than Apache Kafka 2.5; the message names it.' },
  NOT_AUTHORIZED: {
    reaction: 'stop',
    description:
      'The brokers refuse the credentials, or do not allow the operation; check sasl and the ACLs of topics, group and transactional ids.',
  },
  COMPRESSION: {
    reaction: 'stop',
    description: 'Records are compressed by a codec that is not installed; the message says which package to install.',
  },
  CORRUPT_BATCH: {
    reaction: 'stop',
    description: 'What a broker sent is no valid record batch, or does not fit its checksum; its disk or the network damages data.',
  },
  TOPIC_MISSING: { reaction: 'stop', description: 'A topic of the manifest does not exist; create it with the partitions named.' },
  PARTITION_MISMATCH: {
    reaction: 'stop',
    description:
      'A topic has another number of partitions than the manifest, a join or a repartition needs; create it anew or change the manifest.',
  },
  INTERNAL_TOPIC: {
    reaction: 'stop',
    description:
      'An internal topic exists with settings that would lose state or records, or cannot be made; the message says which and how to set it right.',
  },
  INVALID_CONFIG: {
    reaction: 'stop',
    description: 'The configuration handed to the app is wrong; the message lists every option that is, with what is expected.',
  },
  CODEGEN_VERSION: {
    reaction: 'stop',
    description: 'The generated code is for another version of the runtime; run gen again, or install the matching runtime.',
  },
  TOPOLOGY_MISMATCH: {
    reaction: 'stop',
    description:
      'Members of the consumer group run another topology under the same application; stop the old ones first, or name a new application.',
  },
  STORE_UNAVAILABLE: {
    reaction: 'retry',
    description: 'A store was asked while the app was not RUNNING, or its task has moved to another instance.',
  },
  TOPIC_INVALID: { reaction: 'stop', description: 'A name, configuration or operation that Kafka does not allow for the topic.' },
  OFFSET_OUT_OF_RANGE: {
    reaction: 'restore',
    description: 'Records to be read are gone (retention, purge) or never were; what was built from those before is wiped and restored.',
  },
  OFFSET_MISSING: { reaction: 'stop', description: 'A partition has no usable committed offset, and its offset reset is `none`.' },
  INVALID_STATE: {
    reaction: 'stop',
    description: 'An operation on a component in the wrong state of its life cycle, such as a closed store.',
  },
  DESERIALIZATION: { reaction: 'stop', description: 'The bytes of a record, or of a row of a store, are not what the manifest says.' },
  SERIALIZATION: { reaction: 'stop', description: 'A value is not of the type that the manifest says.' },
  PROCESSING: { reaction: 'stop', description: 'User code threw; the step and the record are named.' },
  PRODUCTION: { reaction: 'stop', description: 'A broker refused a record for good.' },
  BUFFER_FULL: {
    reaction: 'stop',
    description: 'A suppress step holds more than its bound, and is to stop then; the message names the step.',
  },
  STATE_DIRECTORY: { reaction: 'stop', description: 'The state directory cannot be made, read or written.' },
  STATE_LOCKED: {
    reaction: 'stop',
    description: 'Another running instance uses the state directory; give each instance one of its own (stateDir).',
  },
  STATE_FOREIGN: {
    reaction: 'stop',
    description: 'The state directory belongs to another application, or holds files that Millrace did not write.',
  },
  STATE_VERSION: {
    reaction: 'stop',
    description: 'The state directory was written by a version of Millrace that this one cannot read.',
  },
  STATE_LAYOUT: {
    reaction: 'stop',
    description:
      'A store is of another kind, or has keys of another type, than the manifest now says; rename the store, or reset the application.',
  },
  STATE_SCHEMA: {
    reaction: 'stop',
    description:
      'A row of a store was written with a schema that is not known, or whose values the schema of this version cannot take; the message names the store and the fingerprint.',
  },
  STATE_CORRUPTED: {
    reaction: 'restore',
    description:
      'State on disk cannot be read, or is of topics that were made anew or of before a reset; it is wiped and restored from its changelogs.',
  },
  STATE_FULL: { reaction: 'stop', description: 'The disk, or the bound set for a state store, is full; nothing of the commit was kept.' },
  INVALID_ARGUMENT: {
    reaction: 'stop',
    description:
      'A store was called with what makes no sense (a null key, an empty prefix, a session that ends before it starts), or a reset for what there is not.',
  },
  REGISTRY_UNREACHABLE: {
    reaction: 'stop',
    description:
      'The schema registry did not answer: at start for `connectTimeoutMs`, later, when a schema was needed that is not known yet, for `retryTimeoutMs`; until then the records wait. Nothing is lost: a new start goes on.',
  },
  REGISTRY_NOT_AUTHORIZED: {
    reaction: 'stop',
    description:
      'The schema registry refuses the credentials, or does not allow the operation; check `auth` and the rights on the subject.',
  },
  REGISTRY_REFUSED: {
    reaction: 'stop',
    description:
      'The schema registry answered with an error that another try does not mend, or what answers is no schema registry; the message has the answer.',
  },
  SCHEMA_NOT_REGISTERED: {
    reaction: 'stop',
    description:
      'A topic is written in the encoding `confluent`, and its subject does not have the schema; register it, or let the app do so (`register: true`).',
  },
  SCHEMA_INCOMPATIBLE: {
    reaction: 'stop',
    description:
      'The schema registry does not take the schema, since it is not compatible with those of the subject; the message has the reason.',
  },
  TASK_MIGRATED: { reaction: 'migrate', description: 'Another instance owns the task now; it is dropped here without a commit.' },
} as const satisfies Record<string, ErrorDescription>

/** A stable code; the table in docs/errors.md lists all. */
export type ErrorCode = keyof typeof codes

export const errorCodes: { readonly [code in ErrorCode]: ErrorDescription } = codes
