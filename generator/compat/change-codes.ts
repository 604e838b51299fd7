export type Verdict = 'safe' | 'migration' | 'reset'

interface ChangeKind {
  readonly verdict: Verdict
  /** What changed, for the table of docs/compat.md. */
  readonly change: string
  /** What comes of it, and why. */
  readonly consequence: string
  readonly wayOut?: string
}

const reset = 'stop all instances and reset the application'
const newName = 'Give it a new name, so that it starts empty beside the old one;'
const keepName = 'Keep the old name;'
const stopFirst = 'Stop all instances of the old version before the new ones start: one group runs one topology (TOPOLOGY_MISMATCH).'

/** Every kind of change that `gen compat` tells, by its stable code (docs/compat.md is made of these). */
export const changeCodes = {
  // The application
  'application-renamed': {
    verdict: 'reset',
    change: 'the name of the application',
    consequence:
      'It is another consumer group, with internal topics and state of its own: it starts empty, at the offset reset of its topics.',
    wayOut: `${keepName} or take it as a new application, and clean up after the old one.`,
  },
  'topology-added': { verdict: 'safe', change: 'a topology more', consequence: 'It starts empty, at the offset reset of its topics.' },
  'topology-removed': {
    verdict: 'migration',
    change: 'a topology fewer',
    consequence:
      'Nothing runs it any more: the consumers of its topics get nothing more, and nobody answers for its stores. Its group and internal topics stay on Kafka until somebody deletes them.',
    wayOut: 'Tell the consumers first; stop its instances, then delete what stays.',
  },
  'manifest-renamed': {
    verdict: 'safe',
    change: 'the name of the manifest',
    consequence: 'Generated files and classes are called after it; what runs knows the application only.',
  },
  'sub-topologies': {
    verdict: 'safe',
    change: 'the sub-topologies: their inputs, stores or order',
    consequence: stopFirst,
  },

  // Topics of the user's
  'topic-renamed': {
    verdict: 'safe',
    change: 'the name of a topic in the manifest, not on Kafka',
    consequence: 'The test driver has it under its new name.',
  },
  'topic-partitions': {
    verdict: 'migration',
    change: 'the partitions that a topic is stated to have',
    consequence:
      'The start checks the number. On a topic that gets more, a key may go to another partition than before, so its order is not kept across the change.',
    wayOut: 'Alter the topic before the new version starts; Kafka never takes partitions away: for fewer, make a new topic.',
  },
  'topic-partitions-stated': {
    verdict: 'safe',
    change: 'a number of partitions is stated that was not before, or no longer',
    consequence: 'The topic stays as it is; the start checks what is stated.',
  },
  'topic-type': {
    verdict: 'migration',
    change: 'another type of keys or values, which Avro’s resolution does not apply to',
    consequence:
      'Records that are in the topic, or that the old version still writes, have the old type; whoever expects the new one cannot read them.',
    wayOut: 'Use a new topic for the new type, or let readers finish the old records and update all writers and readers at once.',
  },
  'topic-encoding': {
    verdict: 'migration',
    change: 'the encoding of keys or values of a topic',
    consequence:
      'Records that are in the topic have the old encoding, and are not read any more. Keys of another encoding go to other partitions.',
    wayOut: 'Use a new topic, or let readers finish the old records and update all writers and readers at once.',
  },
  'topic-key-schema': {
    verdict: 'migration',
    change: 'the schema of a topic’s keys',
    consequence:
      'The bytes of each key differ from before, so it goes to another partition, compaction keeps both, and tables have two rows.',
    wayOut: 'Use a new topic, written anew under the new keys.',
  },
  'topic-without-writer': {
    verdict: 'migration',
    change: 'the schema of values in an encoding that does not tell the writer’s (`avro-bare`, `json`)',
    consequence: 'Records of the old schema are read as if they had the new one: wrong, or an error.',
    wayOut: 'Use a new topic; or the encoding `avro`, whose records tell their schema.',
  },
  'input-schema': {
    verdict: 'safe',
    change: 'the schema of an input, which reads all that the older ones wrote',
    consequence: 'Records of the older schemas are read by Avro’s resolution.',
  },
  'input-schema-incompatible': {
    verdict: 'migration',
    change: 'the schema of an input, which does not read what an older one wrote',
    consequence: 'At each such record the topic’s policy for records that do not decode decides (default: the app stops).',
    wayOut: 'Give new fields a default, renamed ones an alias, enums a default; or use a new topic.',
  },
  'output-schema': {
    verdict: 'safe',
    change: 'the schema of an output, which readers of the old one can read',
    consequence: 'Consumers that know the old schema read the new records by Avro’s resolution.',
  },
  'output-schema-incompatible': {
    verdict: 'migration',
    change: 'the schema of an output, which readers of the old one cannot read',
    consequence: 'Consumers that know only the old schema fail at the new records.',
    wayOut: 'Update the consumers first; or write a new topic.',
  },
  'input-null-allowed': {
    verdict: 'safe',
    change: 'an input may be null',
    consequence: 'What was an error of the record is one no longer.',
  },
  'input-null-refused': {
    verdict: 'migration',
    change: 'an input may not be null any more',
    consequence: 'Nulls in the topic are records that do not decode: the topic’s policy decides (default: the app stops).',
    wayOut: 'Make sure that none is left in the topic, or filter them out by a step.',
  },
  'output-null-allowed': {
    verdict: 'migration',
    change: 'an output may be null',
    consequence: 'Consumers meet nulls that they have not met before.',
    wayOut: 'Tell the consumers first.',
  },
  'output-null-refused': { verdict: 'safe', change: 'an output is not null any more', consequence: 'Consumers meet fewer nulls.' },
  'input-added': {
    verdict: 'safe',
    change: 'a step reads a topic more',
    consequence: 'It is read from its offset reset on.',
  },
  'input-removed': {
    verdict: 'safe',
    change: 'a step reads a topic fewer',
    consequence: 'What is left in it is not read. State keeps what came of its records.',
  },
  'input-moved': {
    verdict: 'migration',
    change: 'a step reads another topic',
    consequence:
      'The new topic is read from its offset reset on, and what is left in the old one is not read. State keeps what came of the old one.',
    wayOut: 'Let the old version finish the old topic first, or read both for a while.',
  },
  'output-added': { verdict: 'safe', change: 'a topic more is written', consequence: 'It has to exist before the new version starts.' },
  'output-removed': {
    verdict: 'migration',
    change: 'a topic is not written any more',
    consequence: 'Its consumers get nothing more.',
    wayOut: 'Tell the consumers first.',
  },
  'output-moved': {
    verdict: 'migration',
    change: 'a sink writes another topic',
    consequence: 'Consumers of the old topic get nothing more; the new one has to exist.',
    wayOut: 'Make the topic, and tell the consumers first.',
  },

  // Stores
  'store-added': {
    verdict: 'safe',
    change: 'a store more',
    consequence: 'It starts empty: what has been read already is not in it.',
  },
  'store-removed': {
    verdict: 'safe',
    change: 'a store fewer',
    consequence: 'Its rows are gone for the new version. Its changelog stays on Kafka until somebody deletes it.',
  },
  'store-renamed': {
    verdict: 'reset',
    change: 'the name of a store, or of the step that it is called after',
    consequence: 'The store and its changelog are called after it: it starts empty, and what it had stays behind under the old name.',
    wayOut: `${keepName} or ${reset}, which fills it from the inputs again.`,
  },
  'store-kind': {
    verdict: 'reset',
    change: 'the kind of a store',
    consequence: 'Its rows and its changelog have another layout: the start refuses them (STATE_LAYOUT), or would misread them.',
    wayOut: `${newName} or ${reset}.`,
  },
  'store-key': {
    verdict: 'reset',
    change: 'the type, the encoding or the schema of a store’s keys',
    consequence:
      'Keys are found by their bytes, which are others now: no row is found again, and each key may belong to another partition.',
    wayOut: `${newName} or ${reset}.`,
  },
  'store-value-type': {
    verdict: 'reset',
    change: 'the type or the encoding of a store’s values, which Avro’s resolution does not apply to',
    consequence: 'The rows are as the old version wrote them, and cannot be read.',
    wayOut: `${newName} or ${reset}.`,
  },
  'store-value-schema': {
    verdict: 'safe',
    change: 'the schema of a store’s values, which reads all that the older ones wrote',
    consequence: 'Rows carry the fingerprint of their schema, and are read by Avro’s resolution; the next put writes the new one.',
  },
  'store-value-incompatible': {
    verdict: 'reset',
    change: 'the schema of a store’s values, which does not read what an older one wrote',
    consequence: 'Rows of the older schema cannot be read, or would be read as something else.',
    wayOut: `Give new fields a default, renamed ones an alias, enums a default. Else give the store a new name, or ${reset}.`,
  },
  'store-window': {
    verdict: 'reset',
    change: 'the size of a store’s windows',
    consequence: 'Rows are kept by the start of their window alone: those of the old size would be taken for windows of the new one.',
    wayOut: `${newName} or ${reset}.`,
  },
  'store-retention-longer': {
    verdict: 'migration',
    change: 'a longer retention',
    consequence:
      'The changelog on Kafka keeps its rows for the old time, which the start refuses (INTERNAL_TOPIC). What has expired stays gone.',
    wayOut: 'Set the new time at the changelog before the new version starts.',
  },
  'store-retention-shorter': {
    verdict: 'safe',
    change: 'a shorter retention, or one of a store without a changelog',
    consequence: 'Rows expire sooner. A changelog that keeps more does no harm.',
  },
  'store-logging-on': {
    verdict: 'reset',
    change: 'a changelog where there was none',
    consequence: 'The rows so far are not in it: they are gone with the folder, or when the task moves.',
    wayOut: `${newName} or ${reset}.`,
  },
  'store-logging-off': {
    verdict: 'safe',
    change: 'no changelog any more',
    consequence:
      'From now on what is lost with the folder stays lost. The changelog stays on Kafka until somebody deletes it; delete it before logging is turned on again.',
  },
  'store-emptied': {
    verdict: 'reset',
    change: 'where rows are kept (`persistence`, `logging`), with no place that both versions have',
    consequence: 'What is in memory goes when the app stops, and no changelog brings it back: the store starts empty.',
    wayOut: `Keep the changelog, or have it in \`lmdb\` before and after; or ${reset}, which fills it from the inputs again.`,
  },
  'store-changelog': {
    verdict: 'reset',
    change: 'another topic as changelog (a table’s own topic, one of the store’s, a global table’s)',
    consequence: 'The other topic does not have the rows of this store: a restore would lose some, or leave old ones.',
    wayOut: `${newName} or ${reset}.`,
  },
  'store-moved': {
    verdict: 'migration',
    change: 'the sub-topology that a store is in',
    consequence: `Its tasks have other ids, so their state is restored from the changelogs once, which takes as long as they are. ${stopFirst}`,
    wayOut: 'Stop all instances, start the new ones, and plan for the restore; to avoid it keep the order in which sources are declared.',
  },
  'store-moved-unlogged': {
    verdict: 'reset',
    change: 'the sub-topology that a store without a changelog is in',
    consequence: 'Its tasks have other ids, and nothing to restore their state from: it starts empty.',
    wayOut: `Keep the order in which sources are declared; or ${reset}.`,
  },
  'store-option': {
    verdict: 'safe',
    change: '`persistence`, `caching` or `queryable` of a store',
    consequence: 'A store with a changelog is built anew from it where it has to be.',
  },

  // Internal topics
  'internal-partitions': {
    verdict: 'reset',
    change: 'the partitions of an internal topic, by those of the inputs or of a `repartition` step',
    consequence:
      'They are fixed when the topic is made: the start refuses another number (PARTITION_MISMATCH), since keys would lie elsewhere.',
    wayOut: `Keep the number; or give the step a new name; or ${reset}.`,
  },
  'repartition-added': {
    verdict: 'safe',
    change: 'a repartition topic more',
    consequence: 'The app makes it when it starts.',
  },
  'repartition-removed': {
    verdict: 'safe',
    change: 'a repartition topic fewer, with the steps that took its records',
    consequence: 'Records in it that have not been processed are lost. It stays on Kafka until somebody deletes it.',
  },
  'repartition-unread': {
    verdict: 'migration',
    change: 'a repartition topic fewer, of steps that stay',
    consequence:
      'Records in it that have not been processed are lost to the steps that took them. It stays on Kafka until somebody deletes it.',
    wayOut: 'Stop the inputs, let the old version finish (its lag is 0), then deploy.',
  },
  'repartition-renamed': {
    verdict: 'migration',
    change: 'the name of a step with a repartition topic',
    consequence: 'The topic is called after it: records in the old one that have not been processed are lost.',
    wayOut: `${keepName} or stop the inputs, let the old version finish (its lag is 0), then deploy.`,
  },
  'repartition-type': {
    verdict: 'reset',
    change: 'the type or the encoding of keys or values of an internal topic, or the schema of its keys',
    consequence: 'Records in it that have not been processed cannot be read, or lie in other partitions than their key does now.',
    wayOut: `Give the step a new name; or stop the inputs and let the old version finish, then ${reset}.`,
  },
  'repartition-schema': {
    verdict: 'safe',
    change: 'the schema of values of an internal topic, which reads all that the older ones wrote',
    consequence: 'Records on their way are read by Avro’s resolution.',
  },
  'repartition-incompatible': {
    verdict: 'reset',
    change: 'the schema of values of an internal topic, which does not read what an older one wrote',
    consequence: 'Records in it that have not been processed cannot be read.',
    wayOut: `Give new fields a default, renamed ones an alias, enums a default. Else give the step a new name; or ${reset}.`,
  },

  // Steps
  'step-added': { verdict: 'safe', change: 'a step more', consequence: 'It sees what comes from now on.' },
  'step-removed': {
    verdict: 'safe',
    change: 'a step fewer',
    consequence: 'Nothing of its own is left: stores and internal topics are told apart.',
  },
  'step-renamed': {
    verdict: 'safe',
    change: 'the name of a step',
    consequence: 'Its class is called after it. Stores and internal topics that are, too, are told apart.',
  },
  'step-inputs': {
    verdict: 'safe',
    change: 'the inputs of a step',
    consequence: 'It sees what comes from now on; state keeps what came of the former inputs.',
  },
  'join-sides': {
    verdict: 'reset',
    change: 'the two inputs of a join that keeps something of each (streams, foreign keys) have changed places',
    consequence: 'What it kept of the one side would be taken for the other’s.',
    wayOut: `${newName} or ${reset}.`,
  },
  'operator-changed': {
    verdict: 'safe',
    change: 'the operator of a step without rows of its own, or the kind of a join',
    consequence: 'It works on what comes from now on; what was sent before stays as it was.',
  },
  'operator-changed-state': {
    verdict: 'reset',
    change: 'the operator of a step that keeps rows',
    consequence: 'The rows mean what the former operator made of its input; the new one would go on with them.',
    wayOut: `${newName} or ${reset}.`,
  },
  'window-grace': {
    verdict: 'safe',
    change: 'the grace of a window or a join',
    consequence: 'Late records are taken for another time from now on. Where it changes the retention, that is told apart.',
  },
  'window-advance': {
    verdict: 'migration',
    change: 'how far hopping windows advance',
    consequence:
      'Windows that start only by the new advance miss what came before; those of the old one that are in the store stay until they expire.',
    wayOut: 'Count on results of one window size after the deployment to be partial; or give the store a new name.',
  },
  'window-kind': {
    verdict: 'reset',
    change: 'another kind of windows in the same kind of store',
    consequence: 'Rows of the old windows would be taken for new ones, whose bounds they do not have.',
    wayOut: `${newName} or ${reset}.`,
  },
  'session-gap': {
    verdict: 'safe',
    change: 'the gap of sessions',
    consequence: 'Sessions so far keep their bounds; from now on the new gap decides what is one session.',
  },
  'join-window': {
    verdict: 'safe',
    change: 'how far apart records of two streams may be to join',
    consequence: 'From now on the new time counts; a longer one meets fewer old records until it has passed once.',
  },
  'step-option': {
    verdict: 'safe',
    change: 'another option of a step: offset reset, error policy, emit, suppression, branches, stores that a processor sees',
    consequence: 'It applies from now on.',
  },
} as const satisfies Readonly<Record<string, ChangeKind>>

export type ChangeCode = keyof typeof changeCodes
