import { StreamError } from '../core/errors.js'

/** One thing that is wrong with the steps of a topology. */
export interface TopologyProblem {
  readonly step: string
  readonly message: string
  /** What to do about it, a sentence. */
  readonly hint?: string
}

/** Ends the building of a step; caught by `buildTopology`, which goes on with the steps that do not need this one. */
export class StepFailure extends Error {
  readonly hint: string | undefined

  constructor(message: string, hint?: string) {
    super(message)
    this.hint = hint
  }
}

/** All of them as one error, INVALID_TOPOLOGY. */
export function problemsError(problems: readonly TopologyProblem[]): StreamError {
  const lines = problems.map(({ step, message, hint }) => `step ${step}: ${message}${hint === undefined ? '' : ` ${hint}`}`)
  return new StreamError('INVALID_TOPOLOGY', lines.join('\n'), problems.length === 1 ? { step: problems[0]!.step } : {})
}
