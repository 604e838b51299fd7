import { StreamError } from '../core/errors.js'

/** A sub-topology × a partition; written `<subTopology>_<partition>`, as Kafka Streams does. */
export interface TaskId {
  readonly subTopology: number
  readonly partition: number
}

export function formatTaskId({ subTopology, partition }: TaskId): string {
  return `${subTopology}_${partition}`
}

/** Throws INVALID_ARGUMENT for anything but `<number>_<number>`. */
export function parseTaskId(text: string): TaskId {
  const [, subTopology, partition] = /^(\d+)_(\d+)$/.exec(text) ?? []
  if (subTopology === undefined || partition === undefined)
    throw new StreamError('INVALID_ARGUMENT', `${JSON.stringify(text)} is no task id.`)
  return { subTopology: Number(subTopology), partition: Number(partition) }
}
