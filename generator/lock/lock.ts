import type { Json } from '../avro/json.js'
import type { Encoding } from '../model/data-type.js'

/** `topology.lock.json`, beside the manifests: what the topologies of a folder are to those who run them, and the schemas that their data has. */
export interface Lock {
  /** Version of the generator that wrote it. */
  readonly generator: string
  /** By application. */
  readonly topologies: Record<LockedTopology>
  /** By name, or by what it is if it has none (`array<shop.Order>`); oldest first, the current one last. */
  readonly schemas: Record<readonly LockedSchema[]>
}

type Record<T> = { readonly [name: string]: T }

export interface LockedSchema {
  /** CRC-64-AVRO, as in data. */
  readonly fingerprint: string
  /** All types written out. */
  readonly schema: Json
}

export interface LockedTopology {
  /** The manifest, from the folder of the lock. */
  readonly file: string
  readonly topics: Record<LockedTopic>
  readonly steps: Record<LockedStep>
  readonly stores: Record<LockedStore>
  /** By their names on Kafka. */
  readonly internalTopics: Record<LockedInternalTopic>
  readonly subTopologies: readonly LockedSubTopology[]
}

export interface LockedTopic {
  /** Its name on Kafka. */
  readonly topic: string
  readonly partitions?: number
  readonly key: LockedType
  readonly value: LockedType
}

export interface LockedStep {
  readonly operator: string
  /** Steps, branches, children. */
  readonly inputs?: readonly string[]
  /** What the manifest says beside, as data. */
  readonly settings?: { readonly [key: string]: Json }
}

export interface LockedStore {
  readonly kind: string
  /** The step that it is of. */
  readonly step: string
  readonly key: LockedSide
  readonly value: LockedSide
  readonly windowSizeMs?: number
  readonly retentionMs?: number
  readonly historyRetentionMs?: number
  readonly retainDuplicates?: boolean
  readonly persistence: string
  /** In all instances whole. */
  readonly global?: boolean
  readonly queryable?: boolean
  readonly caching?: boolean
  /** A topic on Kafka; absent: what is lost with the folder stays lost, or comes again from a global table's topic. */
  readonly changelog?: string
}

export interface LockedInternalTopic {
  readonly kind: 'repartition' | 'changelog'
  readonly step: string
  readonly partitions?: number
  /** Of repartition topics. */
  readonly key?: LockedSide
  readonly value?: LockedSide
}

/** What makes its tasks the same tasks. */
export interface LockedSubTopology {
  readonly sources: readonly string[]
  readonly stores: readonly string[]
}

/** A type, or several within bytes of a format of their own: `change of …`, `subscription of …`. */
export type LockedSide = LockedType | { readonly format: string; readonly of: readonly LockedType[] }

/** `string?`; an object where there is more to say. */
export type LockedType = string | LockedTypeDetails

export interface LockedTypeDetails {
  /** As a manifest writes it; of an Avro type what `schemas` has it under. */
  readonly type: string
  readonly nullable?: boolean
  /** The key stands for windows of this size, or for sessions. */
  readonly window?: string
  /** Of an Avro type. */
  readonly encoding?: Encoding
  readonly fingerprint?: string
}

/** The long form of a type. */
export function detailsOf(type: LockedType): LockedTypeDetails {
  if (typeof type !== 'string') return type
  return type.endsWith('?') ? { type: type.slice(0, -1), nullable: true } : { type }
}

/** The types within a side. */
export function typesOf(side: LockedSide): readonly LockedTypeDetails[] {
  return (typeof side === 'object' && 'of' in side ? side.of : [side]).map(detailsOf)
}

/** As a message shows it: `change of shop.Order`. */
export function describeSide(side: LockedSide): string {
  if (typeof side !== 'object' || !('of' in side)) return describeType(detailsOf(side))
  let at = 0
  return side.format.replaceAll('…', () => describeType(detailsOf(side.of[at++] ?? '?')))
}

export function describeType({ type, nullable = false, window }: LockedTypeDetails): string {
  const name = `${type}${nullable ? '?' : ''}`
  if (window === undefined) return name
  return window === 'session' ? `{ sessionWindowed: ${name} }` : `{ timeWindowed: ${name}, size: ${window} }`
}
