import type { IsolationLevel } from '../client/client.js'
import type { CommitStrategy } from '../tasks/commit-strategy.js'
import type { RecordOutput } from '../tasks/record-collector.js'

/** What of topics is read. */
export const isolationOf = {
  atLeastOnce: 'readUncommitted',
  exactlyOnce: 'readCommitted',
} as const satisfies Record<string, IsolationLevel>

/** What a processing guarantee decides: by whom the records of a task are sent, and how a commit goes. */
export interface Guarantee {
  readonly commits: CommitStrategy
  /** Bytes on their way, of all tasks. */
  readonly bufferedBytes: number
  /** Where the records of a task go. */
  outputOf(task: string): RecordOutput
  /** Makes this instance the one that writes for these tasks. What another has not committed for them is undone before it resolves, and comes to nothing after. */
  claim(tasks: readonly string[]): Promise<void>
  /** Undoes, as far as the guarantee can, what the task has sent since its last commit. */
  release(task: string): Promise<void>
  close(): Promise<void>
}
