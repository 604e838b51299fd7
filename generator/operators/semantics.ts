import type { OperatorName } from './operator.js'

/** What the reference page of an operator says beside its syntax (docs/operators/, written by scripts/docs-operators.mjs). */
export interface Semantics {
  /** Of what it sends. */
  readonly timestamps: string
  /** What else it does, by Kafka Streams' rules; a KIP where there is one. */
  readonly semantics: string
  /** Stores and internal topics. */
  readonly makes: string
  /** The steps of a small topology with it, over topics `in`, `other` and `out`, for the picture. */
  readonly example: string
}

const same = 'those of the record.'
const nothing = 'nothing.'
const source = "the Kafka record's, or the timestamp extractor's; a negative one drops the record."
const aggregated = "the highest of the record's and the aggregate's; of a session, its end. After a delete, the record's own."
const grouped = '  source: { stream: in }\n  grouped: { groupByKey: source }\n'
const tables = '  left: { table: in }\n  right: { table: other }\n'
const aggregation =
  'Without a window, null keys and null values are dropped; tumbling, hopping and session windows drop null keys only. Records later than the window and its grace are dropped, counted, and told to `onLate`. With `emit: close` each window is sent once, when stream time passes its end and grace (KIP-825). Of a table, the old value of a row is taken out before the new one goes in.'
const aggregationStore = 'a store `<step>` unless one is named, with the changelog `<application>-<store>-changelog`.'
const joined =
  'Stream and stream: records within the window meet; null keys and values do not; unmatched ones of an outer side are sent when the window and its grace have passed. Stream and table: each stream record looks its key up (in a versioned table as of its own timestamp; with `grace` it waits, KIP-923). Stream and global table: by `globalKey`. Table and table: each change of either side. With `on`: by a foreign key (KIP-213). Both sides must be co-partitioned, but for global tables and foreign keys.'
const joinTimestamps =
  "stream and stream, and table and table: the later of both sides; stream and table: the stream record's; unmatched: its own."
const joinMakes =
  'stream and stream: stores `<step>-left`, `<step>-right`, and `<step>-unmatched` for outer sides; of a side whose key was changed before, the topic `<application>-<step>-left-repartition` or `-right-repartition`. Stream and table: with `grace` the store `<step>-buffer`; after a key change the topic `<application>-<step>-repartition`. Table and table: the store that it names, if any. Foreign key: also the topics `<application>-<step>-subscription-registration-topic` and `<application>-<step>-subscription-response-topic`, and the store `<step>-subscription-store`.'

export const semantics: Readonly<Record<OperatorName, Semantics>> = {
  stream: {
    timestamps: source,
    semantics: 'Several topics of the same types may be read as one stream.',
    makes: nothing,
    example: '  source: { stream: in }\n',
  },
  table: {
    timestamps: source,
    semantics:
      'Null keys are dropped; null values delete. Out-of-order updates are taken by offset, unless the store is versioned (KIP-889, KIP-914).',
    makes:
      'a store if one is named or a later step needs it. The topic itself is its changelog, unless it has another encoding than `avro`, or the step changes what it reads (`timestamp`, `onDeserializationError`).',
    example: '  rows: { table: in }\n',
  },
  globalTable: {
    timestamps: source,
    semantics: 'Every instance reads all partitions, before it starts to process. It sends nothing.',
    makes: 'a store in every instance, restored from the topic.',
    example:
      '  source: { stream: in }\n  rows: { globalTable: other }\n  joined: { join: [source, rows], value: string, globalKey: left, with: right }\n',
  },
  globalStore: {
    timestamps: source,
    semantics: 'User code fills the store from the topic, in every instance.',
    makes: 'the store that it names, in every instance.',
    example: "  filled: { globalStore: other, store: rows, with: 'stores.rows.put(key, value)' }\n",
  },
  filter: {
    timestamps: same,
    semantics: 'Of a table, a row that fails is deleted downstream; where old values are known, only if it was there before.',
    makes: 'of a table: the store that it names, if any.',
    example: '  source: { stream: in }\n  kept: { filter: source, test: value.length > 2 }\n',
  },
  filterNot: {
    timestamps: same,
    semantics: 'As `filter`, the other way round.',
    makes: 'of a table: the store that it names, if any.',
    example: "  source: { stream: in }\n  kept: { filterNot: source, test: value === '' }\n",
  },
  map: {
    timestamps: same,
    semantics: 'The key may change, so that a grouping or a join after it repartitions.',
    makes: nothing,
    example: "  source: { stream: in }\n  mapped: { map: source, with: '({ key: value, value: key })' }\n",
  },
  mapValues: {
    timestamps: same,
    semantics: 'The key stays. Of a table, it is not called for deletes.',
    makes: 'of a table: the store that it names, if any.',
    example: '  source: { stream: in }\n  upper: { mapValues: source, with: value.toUpperCase() }\n',
  },
  flatMap: {
    timestamps: same,
    semantics: 'The key may change, so that a grouping or a join after it repartitions.',
    makes: nothing,
    example:
      '  source: { stream: in }\n  parts: { flatMap: source, with: "value.split(\' \').map((part) => ({ key: part, value: part }))" }\n',
  },
  flatMapValues: {
    timestamps: same,
    semantics: 'The key stays.',
    makes: nothing,
    example: "  source: { stream: in }\n  words: { flatMapValues: source, with: value.split(' ') }\n",
  },
  selectKey: {
    timestamps: same,
    semantics: 'A grouping or a join after it repartitions.',
    makes: nothing,
    example: '  source: { stream: in }\n  keyed: { selectKey: source, with: value }\n',
  },
  peek: {
    timestamps: same,
    semantics: 'Passes each record on as it is.',
    makes: nothing,
    example: '  source: { stream: in }\n  seen: { peek: source, with: void value }\n',
  },
  forEach: {
    timestamps: 'it sends nothing.',
    semantics: 'Ends the stream.',
    makes: nothing,
    example: '  source: { stream: in }\n  end: { forEach: source, with: void value }\n',
  },
  merge: {
    timestamps: same,
    semantics: 'No order between its inputs; it repartitions after it if any input changed its key.',
    makes: nothing,
    example: '  first: { stream: in }\n  second: { stream: other }\n  both: { merge: [first, second] }\n',
  },
  branch: {
    timestamps: same,
    semantics: 'Each record goes to one branch; without a default, what no branch takes is dropped.',
    makes: nothing,
    example: "  source: { stream: in }\n  split: { branch: source, into: [short, long], with: \"value.length > 9 ? 'long' : 'short'\" }\n",
  },
  repartition: {
    timestamps: same,
    semantics: 'Null keys are dropped. Consumed records are deleted from the topic after a commit (KIP-221).',
    makes: 'the topic `<application>-<step>-repartition`.',
    example: '  source: { stream: in }\n  spread: { repartition: source, partitions: 4 }\n',
  },
  groupByKey: {
    timestamps: same,
    semantics: 'Repartitions only if the key was changed before.',
    makes: 'after a key change: the topic `<application>-<step>-repartition`.',
    example: `${grouped}  counted: { count: grouped }\n`,
  },
  groupBy: {
    timestamps: same,
    semantics:
      'Null keys are dropped. Of a table, a row that moves to another group leaves the old one first; a null group key or value is in no group.',
    makes: 'the topic `<application>-<step>-repartition`.',
    example: '  source: { stream: in }\n  grouped: { groupBy: source, groupKey: value }\n  counted: { count: grouped }\n',
  },
  count: { timestamps: aggregated, semantics: aggregation, makes: aggregationStore, example: `${grouped}  counted: { count: grouped }\n` },
  reduce: {
    timestamps: aggregated,
    semantics: `The first value of a key is its aggregate as it is. ${aggregation}`,
    makes: aggregationStore,
    example: `${grouped}  longest: { reduce: grouped, with: 'value.length > aggregate.length ? value : aggregate' }\n`,
  },
  aggregate: {
    timestamps: aggregated,
    semantics: `An aggregate of null deletes it. ${aggregation}`,
    makes: aggregationStore,
    example: `${grouped}  size: { aggregate: grouped, value: long, initialize: 0, with: aggregate + value.length }\n`,
  },
  cogroup: {
    timestamps: aggregated,
    semantics: `Several groups of streams in one aggregate, each with a method of its own (KIP-150). ${aggregation}`,
    makes: aggregationStore,
    example:
      '  a: { stream: in }\n  b: { stream: other }\n  by-a: { groupByKey: a }\n  by-b: { groupByKey: b }\n  both: { cogroup: [by-a, by-b], value: long, initialize: 0, with: { by-a: aggregate + 1, by-b: aggregate - 1 } }\n',
  },
  toStream: {
    timestamps: same,
    semantics: 'Deletes are null values.',
    makes: nothing,
    example: '  rows: { table: in }\n  changes: { toStream: rows }\n',
  },
  toTable: {
    timestamps: same,
    semantics: 'Null keys are dropped; null values delete (KIP-523).',
    makes: 'the store that it names, or one that a later step needs; after a key change the topic `<application>-<step>-repartition`.',
    example: '  source: { stream: in }\n  rows: { toTable: source }\n',
  },
  join: {
    timestamps: joinTimestamps,
    semantics: joined,
    makes: joinMakes,
    example: `  left: { stream: in }\n  right: { stream: other }\n  pairs: { join: [left, right], within: 10s, value: string, with: left + right }\n`,
  },
  leftJoin: {
    timestamps: joinTimestamps,
    semantics: `The right side may be null. ${joined}`,
    makes: joinMakes,
    example:
      '  left: { stream: in }\n  rows: { table: other }\n  enriched: { leftJoin: [left, rows], value: string, with: "left + (right ?? \'\')" }\n',
  },
  outerJoin: {
    timestamps: joinTimestamps,
    semantics: `Either side may be null. ${joined}`,
    makes: joinMakes,
    example: `${tables}  all: { outerJoin: [left, right], value: string, with: "(left ?? '') + (right ?? '')" }\n`,
  },
  suppress: {
    timestamps: 'those of the update that is kept, and its headers.',
    semantics:
      'Keeps the latest update of each key until its window is closed or its time is up (KIP-328), by the time of the updates it gets. `whenFull` says what a bound does: send early, shut down, or spill to disk.',
    makes: 'the store `<step>` of what it holds.',
    example: `${grouped}  counted: { count: grouped, window: { tumbling: 1m, grace: 10s } }\n  final: { suppress: counted, until: windowClose }\n`,
  },
  process: {
    timestamps: 'what user code gives the record it forwards.',
    semantics:
      'The Processor API: stores, punctuations by stream time and wall clock, named children, headers (KIP-820). The key may change, so that a grouping or a join after it repartitions.',
    makes: 'nothing but the stores that the manifest names.',
    example: '  source: { stream: in }\n  seen: { process: source, with: context.forward(record) }\n',
  },
  processValues: {
    timestamps: "what user code gives the record it forwards; of a table, the row's.",
    semantics: 'As `process`, but the key stays. Of a table it is Kafka Streams’ `transformValues`: one value in, one out.',
    makes: 'of a table: the store that it names, if any.',
    example: '  source: { stream: in }\n  seen: { processValues: source, with: context.forward(record) }\n',
  },
  sink: {
    timestamps: "the record's.",
    semantics:
      "The partition is chosen as Java's producer does, by murmur2 of the key's bytes, or by `partition`. With `topics` the record decides where it goes (KIP-303). A table is written as its changes.",
    makes: nothing,
    example: '  source: { stream: in }\n  written: { sink: source, topic: out }\n',
  },
}
