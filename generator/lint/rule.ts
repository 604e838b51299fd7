import type { AvroNamed } from '../avro/schema.js'
import type { Place } from '../diagnostics.js'
import type { Lock } from '../lock/lock.js'
import type { TopologyModel } from '../model/topology.js'
import type { Steps } from './steps.js'

/** How much a finding weighs: as a warning, as an error, or nothing. */
export const levels = ['off', 'warn', 'error'] as const
export type Level = (typeof levels)[number]

/** What `gen lint` looks for: one of these per file of rules/, and a row in registry.ts. */
export interface Rule {
  /** Stable, as codes of diagnostics are. */
  readonly code: string
  /** Where the project does not say. */
  readonly level: Level
  /** What it finds, a sentence. */
  readonly summary: string
  /** Why that is worth a look, and the way out. */
  readonly why: string
  /** Absent: `gen` finds it itself, as a warning of the same code. */
  readonly check?: (project: LintedProject) => Iterable<Found>
}

/** A project without errors. */
export interface LintedProject {
  readonly topologies: readonly TopologyModel[]
  /** Of each topology. */
  readonly allSteps: readonly Steps[]
  /** All named types of the folder. */
  readonly types: readonly AvroNamed[]
  /** What the folder's lock says, of the last run of `gen`; absent if it has none. */
  readonly lock?: Lock
}

export interface Found {
  readonly place: Place
  readonly message: string
  /** The way out, a sentence. */
  readonly hint: string
}
