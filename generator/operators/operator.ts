import type { DiagnosticCode } from '../diagnostic-codes.js'
import type { Place } from '../diagnostics.js'
import type { Reference } from '../input/reader.js'
import type { Code, DataType, TypeSystem } from '../model/data-type.js'
import type { StepSpec, WindowSpec } from '../model/runtime-symbols.js'
import type { LogicModel, Output, StoreModel, TopicModel } from '../model/topology.js'
import type { Method } from './methods.js'
import type { Options, OptionValues } from './options.js'

export type OperatorName = StepSpec['operator']

/** All that the generator knows of an operator: one of these per file of this folder, and a row in registry.ts. */
export interface Operator<N extends OperatorName = OperatorName, O extends Options = Options> {
  readonly name: N
  /** What it does, a sentence. */
  readonly summary: string
  /** The methods of Kafka Streams that it is, as Java names them. */
  readonly kafkaStreams: string
  /** What stands under the operator's own key. */
  readonly input: InputSyntax
  readonly options: O
  /** User code, by the key that holds it in place. */
  readonly methods: Readonly<Record<string, MethodSyntax>>
  /** What it gives, in words. */
  readonly gives: string
  /** Names that later steps may take as input; default: the step's own. */
  readonly outputs?: (options: OptionValues<O>) => readonly { readonly name: string; readonly place: Place }[] | undefined
  /** Checks the names of a step that cannot be built since its inputs are not known. Stores are checked anyway. */
  readonly checkNames?: (step: StepScope<O>) => void
  /** Types, checks and spec of a step; undefined after a problem that leaves its output unknown. */
  readonly build: (step: StepScope<O>) => Built<N> | undefined
}

export interface InputSyntax {
  readonly of: 'topic' | 'step'
  readonly count: 'one' | 'oneOrMore' | 'two' | 'many'
  /** Kinds of steps that it takes, in words: `a stream or a table`. */
  readonly takes: string
}

export interface MethodSyntax {
  /** The method's name in the class, for docs: `mapValues`, `aggregate<Input>`. */
  readonly method: string
  readonly doc: string
  /** Names in scope of inline logic, besides what all have. */
  readonly scope: readonly string[]
  /** What it returns, in words. */
  readonly result: string
  /** May it be left out? */
  readonly optional?: boolean
  /** When it applies, in words: `of tables`. */
  readonly when?: string
  /** One text, or a mapping of names to texts (cogroup). */
  readonly shape?: 'text' | 'mapping'
}

/** What an operator makes of a step. */
export interface Built<N extends OperatorName = OperatorName> {
  readonly spec: SpecFields<Extract<StepSpec, { operator: N }>>
  readonly output?: Output
  /** Where it has no output but needs serdes: a sink whose topics are not known. */
  readonly types?: Pick<Output, 'key' | 'value'>
  readonly logic?: readonly (LogicModel | undefined)[]
}

type Assembled = 'name' | 'operator' | 'key' | 'value' | 'nullableKey' | 'nullableValue' | 'logic' | 'timestampExtractor' | 'partitioner'
/** A step's own fields: without those that every step has, and without classes. */
export type SpecFields<S> = S extends unknown ? Omit<S, Assembled> : never

/** An input of a step: an output, and who gave it. */
export interface Input extends Output {
  readonly name: string
  readonly place: Place
}

/** One step while it is built: what it says, what its inputs are, and where problems go. */
export interface StepScope<O extends Options = Options> {
  readonly name: string
  readonly place: Place
  readonly types: TypeSystem
  /** As many as the syntax wants, all known. Of operators on topics: empty. */
  readonly inputs: readonly Input[]
  /** Of operators on topics. */
  readonly topics: readonly TopicModel[]
  /** A name that a key of the step holds; reported if it is not there. */
  reference(key: string): Reference | undefined
  /** A topic by name; reported if there is none. */
  topic(reference: Reference): TopicModel | undefined
  readonly options: OptionValues<O>
  /** Where an option stands; the step if it is not there. */
  placeOf(option: string): Place
  /** Does the manifest write this key of the step? */
  has(key: string): boolean
  error(code: DiagnosticCode, place: Place, message: string, hint?: string): undefined
  warning(code: DiagnosticCode, place: Place, message: string, hint?: string): void
  /** The class of user code with these methods; undefined if all are optional and none is wanted. */
  logic(definition: LogicDefinition): LogicModel | undefined
  /** The name of the store if the step names one; checks its kind and notes what the step keeps in it. */
  store(use: StoreUse): string | undefined
  /** Of a declared store. */
  storeKind(name: string): StoreModel['kind'] | undefined
  /** Store names that a processor asks for: stores of the manifest, or steps that have one of their own. */
  connect(references: readonly Reference[]): readonly string[]
  describe(type: DataType): string
}

export interface LogicDefinition {
  /** Beside the step's main class: `<Step>Timestamp`, `<Step>Partitioner`. */
  readonly role?: 'timestamp' | 'partitioner'
  /** The runtime's class with its type arguments. */
  readonly base: Code
  readonly aliases?: Readonly<Record<string, { readonly doc: string; readonly type: Code }>>
  readonly methods: readonly Method[]
  readonly stores?: readonly string[]
}

/** What a step keeps in a store. */
export interface StoreUse {
  readonly holds: 'table' | 'globalTable' | 'globalStore' | 'window' | 'session'
  readonly key: DataType
  readonly value: DataType
  readonly window?: WindowSpec
  /** As `window:` says; else what the window needs. */
  readonly retentionMs?: number
}

export function defineOperator<const N extends OperatorName, O extends Options>(operator: Operator<N, O>): Operator<N, O> {
  return operator
}
