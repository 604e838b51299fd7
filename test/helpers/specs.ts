import type { StreamRecord } from '#runtime/core/record.js'
import { FlatMapValuesLogic, GlobalJoinLogic, GroupByLogic, JoinLogic } from '#runtime/operators/logic.js'
import type { StepSpec } from '#runtime/operators/registry.js'
import { longSerde, stringSerde } from '#runtime/serde/primitives.js'
import type { Serde } from '#runtime/serde/serde.js'
import type { ManifestStore, TopicSpec, TopologySpec } from '#runtime/topology/spec.js'

/** Topologies as generated code hands them over, written by hand. */

export function topic(name: string, value: Serde = stringSerde, options: Partial<TopicSpec> = {}): TopicSpec {
  return { name, key: stringSerde, value, nullableKey: true, nullableValue: true, ...options }
}

export function keyValueStore(name: string, value: Serde = longSerde): ManifestStore {
  return {
    kind: 'timestampedKeyValue',
    name,
    key: stringSerde,
    value,
    queryable: true,
    property: name.replace(/-(.)/g, (_, c) => c.toUpperCase()),
  }
}

const text = { key: stringSerde, value: stringSerde, nullableKey: true, nullableValue: true }
const long = { key: stringSerde, value: longSerde, nullableKey: true, nullableValue: true }

/** Words of the topic `lines` counted into `counts`: flatMapValues, groupBy, count, toStream, sink. */
export const wordCount: TopologySpec = {
  codegen: 1,
  application: 'words',
  topics: { lines: topic('lines-on-kafka'), counts: topic('counts', longSerde) },
  stores: { 'count-of-words': keyValueStore('count-of-words') },
  steps: [
    { operator: 'stream', name: 'lines', topics: ['lines'], ...text },
    {
      operator: 'flatMapValues',
      name: 'words',
      input: 'lines',
      ...text,
      logic: class extends FlatMapValuesLogic<string, string, string> {
        protected override flatMapValues({ value }: StreamRecord<string, string>) {
          return value.split(' ')
        }
      },
    },
    {
      operator: 'groupBy',
      name: 'by-word',
      input: 'words',
      ...text,
      logic: class extends GroupByLogic<string, string, string> {
        protected override groupKey({ value }: StreamRecord<string, string>) {
          return value
        }
      },
    },
    { operator: 'count', name: 'counts', input: 'by-word', store: 'count-of-words', ...long },
    { operator: 'toStream', name: 'updates', input: 'counts', ...long },
    { operator: 'sink', name: 'out', input: 'updates', topic: 'counts' },
  ],
}

/** A table of `users` and a stream of `clicks` that looks it up: the table's topic is its changelog. */
export const clicksOfUsers: TopologySpec = {
  codegen: 1,
  application: 'clicks',
  topics: { users: topic('users'), clicks: topic('clicks'), out: topic('out') },
  stores: { users: keyValueStore('users', stringSerde) },
  steps: [
    { operator: 'table', name: 'users', topic: 'users', store: 'users', ...text },
    { operator: 'stream', name: 'clicks', topics: ['clicks'], ...text },
    {
      operator: 'leftJoin',
      join: 'streamTable',
      name: 'joined',
      left: 'clicks',
      right: 'users',
      ...text,
      logic: class extends JoinLogic<string, string, string | null, string> {
        protected override join(left: string, right: string | null) {
          return `${left} by ${right}`
        }
      },
    },
    { operator: 'sink', name: 'out', input: 'joined', topic: 'out' },
  ],
}

/** The same with a global table. */
export const clicksOfGlobalUsers: TopologySpec = {
  ...clicksOfUsers,
  steps: clicksOfUsers.steps.map((step): StepSpec => {
    if (step.name === 'users') return { operator: 'globalTable', name: 'users', topic: 'users', store: 'users', ...text }
    if (step.name !== 'joined') return step
    return {
      operator: 'leftJoin',
      join: 'streamGlobal',
      name: 'joined',
      left: 'clicks',
      right: 'users',
      ...text,
      logic: class extends GlobalJoinLogic<string, string, string, string | null, string> {
        protected override globalKey(key: string) {
          return key
        }
        protected override join(left: string, right: string | null) {
          return `${left} by ${right}`
        }
      },
    }
  }),
}
