import type { TopicSpec } from '../../../runtime/dist/topology/spec.js'

/** Partitions of every topic of the job. */
export const partitions = 2

export function partitionsOf(topic: string): readonly { readonly topic: string; readonly partition: number }[] {
  return Array.from({ length: partitions }, (_, partition) => ({ topic, partition }))
}

/** The manifest's topics with the application's name before theirs, so that tests share a broker. */
export function renamed(topics: Readonly<Record<string, TopicSpec>>, application: string): Record<string, TopicSpec> {
  return Object.fromEntries(Object.entries(topics).map(([name, topic]) => [name, { ...topic, name: `${application}-${topic.name}` }]))
}

export function repartitionTopic(application: string): string {
  return `${application}-by-user-repartition`
}

export function changelogTopic(application: string): string {
  return `${application}-attempts-per-user-changelog`
}
