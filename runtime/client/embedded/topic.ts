import type { Clock } from '../../core/clock.js'
import { StreamError } from '../../core/errors.js'
import { type LogStorage, PartitionLog } from './partition-log.js'
import { type TopicConfig, topicConfig } from './topic-config.js'

/** What makes a topic, as it is kept on disk. */
export interface TopicSpec {
  /** Tells this topic from a deleted one of the same name. */
  readonly id: number
  readonly name: string
  readonly partitions: number
  readonly config: Readonly<Record<string, string>>
}

export class Topic {
  readonly spec: TopicSpec
  readonly config: TopicConfig
  readonly logs: readonly PartitionLog[]

  constructor(spec: TopicSpec, clock: Clock, storage: (partition: number) => LogStorage | undefined) {
    this.spec = spec
    this.config = topicConfig(spec.name, spec.config)
    this.logs = Array.from(
      { length: spec.partitions },
      (_, partition) => new PartitionLog({ topic: spec.name, partition }, this.config, clock, storage(partition)),
    )
  }

  /** Throws TOPIC_MISSING for a partition that it does not have. */
  log(partition: number): PartitionLog {
    const log = this.logs[partition]
    if (log !== undefined) return log
    const { name, partitions } = this.spec
    throw new StreamError('TOPIC_MISSING', `Topic ${name} has ${partitions} partitions; there is no partition ${partition}.`, {
      topic: name,
      partition,
    })
  }
}
