import type { TopologyBuilder } from '../../topology/builder.js'
import type { MakeTaskCode, Partitioner } from '../../topology/topology.js'
import type { LogicClass, StepBase } from '../step.js'
import { addSourceTable } from '../tables/source-table.js'
import { namedStore, tableStoreSpec } from '../tables/table-settings.js'
import {
  AnswerAllProcessor,
  AnswerSubscriptionProcessor,
  type ForeignKeyJoin,
  JoinAnswerProcessor,
  SubscribeProcessor,
} from './foreign-key-join.js'
import { type Answer, answerSerde, subscriptionKeySerde, subscriptionSerde } from './subscription.js'

interface ForeignKeyJoinStep extends StepBase {
  readonly operator: 'join' | 'leftJoin'
  readonly left: string
  readonly right: string
  readonly store?: string
  readonly logic: LogicClass
}

/**
 * Two topics of its own: subscriptions go to the right side's partitions, answers come back to the left side's. They and the store are called as Kafka Streams
 * calls those of `TableJoined.as(step)`, so that its reset tool knows them.
 */
export function buildForeignKeyJoin(step: ForeignKeyJoinStep, builder: TopologyBuilder): void {
  const { name } = step
  const left = builder.table(step.left)
  const right = builder.table(step.right)
  right.sendOldValues(true)
  left.sendOldValues(true)
  const [leftRows, rightRows] = [left.values(), right.values()]
  const join: ForeignKeyJoin = {
    name,
    logic: step.logic,
    left: step.operator === 'leftJoin',
    leftValue: left.value,
    rightKey: right.key,
    leftVersioned: left.versioned,
    rightVersioned: right.versioned,
    leftRows,
    rightRows,
    subscriptions: `${name}-subscription-store`,
    again: `${name}/subscribe-again`,
  }
  const subscription = subscriptionSerde(left.key)
  const storeKey = subscriptionKeySerde(right.key, left.key)
  builder.addInternalStore(name, { kind: 'timestampedKeyValue', name: join.subscriptions, key: storeKey, value: subscription })

  const registrationTopic = `${name}-subscription-registration-topic`
  builder.processor(`${name}/subscribe`, left.nodes, () => new SubscribeProcessor(join))
  const subscribed = builder.repartition({
    ...{ step: name, topic: registrationTopic, part: 'subscription' },
    ...{ from: [`${name}/subscribe`], key: right.key, value: subscription },
  })
  builder.copartition(name, [...right.topics, ...subscribed.topics])

  const answers = [`${name}/answer`, `${name}/answer-all`]
  builder.processor(answers[0]!, subscribed.nodes, () => new AnswerSubscriptionProcessor(join), [join.subscriptions, ...rightRows.stores])
  builder.processor(answers[1]!, right.nodes, () => new AnswerAllProcessor(join), [join.subscriptions])
  const answered = builder.repartition({
    ...{ step: name, topic: `${name}-subscription-response-topic`, part: 'response', partitioner: backToAsker },
    ...{ from: answers, key: left.key, value: answerSerde(right.value) },
  })
  const topics = [...new Set([...left.topics, ...answered.topics])]
  builder.copartition(name, topics)

  builder.processor(`${name}/join`, answered.nodes, () => new JoinAnswerProcessor(join), leftRows.stores)
  builder.sink({ kind: 'sink', name: join.again, parents: [`${name}/join`], topic: registrationTopic, key: right.key, value: subscription })
  const key = step.key ?? left.key
  const value = step.value ?? left.value
  const spec = tableStoreSpec(builder, name, step.store, key, value)
  const materialized = namedStore(builder, name, step.store) !== undefined
  builder.define(name, addSourceTable(builder, { step: name, input: { nodes: [`${name}/join`], key, value, topics }, spec, materialized }))
}

const backToAsker: MakeTaskCode<Partitioner> = () => ({ run: ({ value }) => (value as Answer).primaryPartition })
