import { StreamError } from '../core/errors.js'

/**
 * The life of a task, as Kafka Streams' `Task.State`:
 *
 *     created ──► restoring ──► running
 *        │         │    ▲          │
 *        │         ▼    │          │
 *        └───► suspended ◄─────────┘
 *                  │
 *                  ▼
 *               closed
 */
export type TaskState = 'created' | 'restoring' | 'running' | 'suspended' | 'closed'

const moves: { readonly [from in TaskState]: readonly TaskState[] } = {
  created: ['restoring', 'suspended'],
  restoring: ['running', 'suspended'],
  running: ['suspended'],
  suspended: ['restoring', 'closed'],
  closed: [],
}

/** The one way to change state: `to`, or INVALID_STATE for a move that the picture does not have. */
export function transition(task: string, from: TaskState, to: TaskState): TaskState {
  if (!moves[from].includes(to)) throw new StreamError('INVALID_STATE', `Task ${task} cannot go from ${from} to ${to}.`, { task })
  return to
}

/** Throws INVALID_STATE unless the task is in one of `states`. */
export function requireState(task: string, operation: string, state: TaskState, ...states: readonly TaskState[]): void {
  if (states.includes(state)) return
  throw new StreamError('INVALID_STATE', `Task ${task} is ${state}; ${operation} needs it ${states.join(' or ')}.`, { task })
}
