import { StreamError } from '../core/errors.js'

/**
 * The life of an app, as Kafka Streams' `KafkaStreams.State`:
 *
 *     CREATED ──► REBALANCING ◄──► RUNNING
 *                      └──► ERROR ◄──┘
 *
 *     any of these ──► PENDING_SHUTDOWN ──► NOT_RUNNING
 */
export type AppState = 'CREATED' | 'REBALANCING' | 'RUNNING' | 'PENDING_SHUTDOWN' | 'ERROR' | 'NOT_RUNNING'

const moves: { readonly [from in AppState]: readonly AppState[] } = {
  CREATED: ['REBALANCING', 'PENDING_SHUTDOWN'],
  REBALANCING: ['RUNNING', 'PENDING_SHUTDOWN', 'ERROR'],
  RUNNING: ['REBALANCING', 'PENDING_SHUTDOWN', 'ERROR'],
  PENDING_SHUTDOWN: ['NOT_RUNNING'],
  ERROR: ['PENDING_SHUTDOWN'],
  NOT_RUNNING: [],
}

export function mayMove(from: AppState, to: AppState): boolean {
  return moves[from].includes(to)
}

/** The one way to change state: throws INVALID_STATE for a move that the picture does not have. */
export function checkMove(from: AppState, to: AppState): void {
  if (!mayMove(from, to)) throw new StreamError('INVALID_STATE', `An app cannot go from ${from} to ${to}.`)
}
