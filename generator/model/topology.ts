import type { Place } from '../diagnostics.js'
import type { Manifest, ManifestImport } from '../input/manifest.js'
import type { ScalarNode } from '../input/yaml.js'
import type { Code, DataType, Encoding } from './data-type.js'
import type { StepSpec, StoreSpec, WindowSpec } from './runtime-symbols.js'

/** A manifest that has been read and checked: all that is needed to generate code. */
export interface TopologyModel {
  /** `login-attempts`: names the generated files. */
  readonly name: string
  /** `LoginAttempts`: the app's class. */
  readonly className: string
  readonly file: string
  /** Folder for the generated code, relative to the folder that `gen` was called with. */
  readonly output: string
  readonly application: string
  readonly imports: readonly ManifestImport[]
  readonly topics: readonly TopicModel[]
  readonly stores: readonly StoreModel[]
  readonly steps: readonly StepModel[]
  /** As written: for those who tell what is said from what is assumed. */
  readonly manifest: Manifest
  /** Of the folder's types, under names that collide with none of this topology's. */
  typescript(type: DataType): Code
  serde(type: DataType, encoding: Encoding): Code
  describe(type: DataType): string
}

/** Kafka counts partitions in 32 bits. */
export const maxPartitions = 2 ** 31 - 1

export interface TopicModel {
  /** As the manifest calls it. */
  readonly name: string
  readonly place: Place
  /** Property of the test driver: `loginAttempts`. */
  readonly property: string
  /** On Kafka. */
  readonly topic: string
  readonly key: DataType
  readonly value: DataType
  readonly keyEncoding: Encoding
  readonly valueEncoding: Encoding
  readonly partitions?: number
}

export interface StoreModel {
  readonly name: string
  readonly place: Place
  /** Property of `app.stores` and `context.stores`: `attemptsPerUser`. */
  readonly property: string
  readonly kind: StoreSpec['kind']
  readonly key: DataType
  readonly value: DataType
  readonly queryable: boolean
  readonly persistence?: 'lmdb' | 'memory'
  readonly logging?: boolean
  readonly caching?: boolean
  readonly windowSizeMs?: number
  readonly retentionMs?: number
  readonly retainDuplicates?: boolean
  readonly historyRetentionMs?: number
  /** The step that fills it; absent: process steps do. */
  readonly owner?: string
  /** Global stores are read only but to the step that fills them. */
  readonly global: boolean
}

/** What a step gives, and what the checks of the steps after it need to know of it. */
export interface Output {
  readonly kind: 'stream' | 'table' | 'globalTable' | 'grouped'
  readonly key: DataType
  readonly value: DataType
  /** Of `grouped`: what was grouped. */
  readonly of?: 'stream' | 'table'
  /** The windows that its key stands for. */
  readonly window?: WindowSpec
  /** Set where a store of this kind holds the table. */
  readonly store?: string
  readonly versioned?: boolean
  readonly partitioning: Partitioning
}

/** How the records of an output lie in partitions. */
export interface Partitioning {
  /** The key was changed since: a join or an aggregation repartitions first. */
  readonly rekeyed: boolean
  /** Where records come from, with the number of partitions if the manifest states it. */
  readonly sources: readonly PartitionSource[]
}

export interface PartitionSource {
  /** ``topic `logins` ``, ``step `by-user` ``. */
  readonly name: string
  readonly partitions?: number
  /** What its records lie by, where their keys are Avro; absent: that of internal topics. */
  readonly keyEncoding?: Encoding
}

export interface StepModel {
  readonly name: string
  readonly place: Place
  readonly operator: StepSpec['operator']
  /** Names of steps, branches and children. */
  readonly inputs: readonly string[]
  /** What the step's spec has beside name, serdes and logic; plain data. */
  readonly spec: StepData
  readonly gives?: Output['kind']
  /** The type of what it gives; absent where it gives nothing. */
  readonly output?: { readonly key: DataType; readonly value: DataType }
  readonly partitioning?: Partitioning
  readonly logic: readonly LogicModel[]
}

export type StepData = { readonly [field: string]: SpecValue | undefined }
export type SpecValue = string | number | boolean | readonly SpecValue[] | { readonly [key: string]: SpecValue | undefined }

/** A class of user code. */
export interface LogicModel {
  readonly className: string
  /** In the map that the app takes. */
  readonly property: string
  /** The field of the step's spec. */
  readonly field: 'logic' | 'timestampExtractor' | 'partitioner'
  readonly role?: 'timestamp' | 'partitioner'
  /** `FilterLogic<string, LoginEvent>`. */
  readonly base: Code
  /** Types of the class's namespace: `Suspicious.In`. */
  readonly aliases: readonly AliasModel[]
  readonly methods: readonly MethodModel[]
  /** Stores that `context.stores` has; the namespace then has `Stores`. */
  readonly stores?: readonly string[]
  /** Are all methods written in the manifest? */
  readonly concrete: boolean
}

export interface AliasModel {
  readonly name: string
  readonly doc: string
  readonly type: Code
}

export interface MethodModel {
  readonly name: string
  readonly doc: string
  readonly parameters: readonly { readonly name: string; readonly type: Code }[]
  readonly result: Code
  /** True if the base class declares it. */
  readonly override: boolean
  /** Absent: abstract. */
  readonly body?: InlineLogic
}

/** All TypeScript that stands in the manifest. */
export function inlineLogic(topology: TopologyModel): readonly InlineLogic[] {
  return topology.steps.flatMap(({ logic }) => logic.flatMap(({ methods }) => methods.flatMap(({ body }) => body ?? [])))
}

/** What an import is called where it is used: `y` of `x as y`, and of `type y`. */
export function importedAs(written: string): string {
  return written.slice(written.lastIndexOf(' ') + 1)
}

/** TypeScript of the manifest. */
export interface InlineLogic {
  readonly kind: 'expression' | 'statements'
  readonly node: ScalarNode
  /** Names in scope beside the parameters: what they are taken from. */
  readonly scope: Readonly<Record<string, 'record' | 'this' | 'context'>>
  /** Names of the scope, and parameters, that the text uses. */
  readonly uses: ReadonlySet<string>
}
