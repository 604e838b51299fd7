import type { Place } from '../diagnostics.js'
import { type ChangeCode, changeCodes, type Verdict } from './change-codes.js'

/** A difference between what runs and what is to run. */
export interface Change {
  readonly code: ChangeCode
  readonly verdict: Verdict
  readonly application: string
  readonly place: Place
  /** What changed, a sentence. */
  readonly message: string
  /** As it was, and as it is now; absent where there is nothing. */
  readonly from?: string
  readonly to?: string
  /** What comes of it. */
  readonly consequence: string
  /** Stores and topics that it is about: ``store `counts` ``. */
  readonly concerns: readonly string[]
  /** What else is to know of this one: fields that differ, why a schema cannot be read. */
  readonly notes: readonly string[]
  readonly wayOut?: string
  /** To be run with the deployment, with every instance stopped where `wayOut` says so. */
  readonly commands: readonly string[]
}

export const verdicts = ['reset', 'migration', 'safe'] as const satisfies readonly Verdict[]

export const verdictNames: Readonly<Record<Verdict, string>> = { safe: 'safe', migration: 'needs migration', reset: 'needs reset' }

/** What is said of a change beside what its code says. */
export interface Found {
  readonly place: Place
  readonly message: string
  readonly from?: string | undefined
  readonly to?: string | undefined
  readonly concerns?: readonly string[]
  readonly notes?: readonly string[]
  readonly commands?: readonly string[]
}

export function changeOf(code: ChangeCode, application: string, found: Found): Change {
  const { verdict, consequence, wayOut } = changeCodes[code] as (typeof changeCodes)[ChangeCode] & { readonly wayOut?: string }
  const { place, message, from, to, concerns = [], notes = [], commands = [] } = found
  return {
    code,
    verdict,
    application,
    place,
    message,
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
    consequence,
    concerns,
    notes,
    ...(wayOut !== undefined && { wayOut }),
    commands,
  }
}
