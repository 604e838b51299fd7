import { posix } from 'node:path'
import type { Place } from '../diagnostics.js'
import type { LockedTopology } from '../lock/lock.js'
import type { TopologyModel } from '../model/topology.js'
import { type Change, changeOf, type Found } from './change.js'
import type { ChangeCode } from './change-codes.js'
import type { TypeComparison } from './compare-types.js'

/** One topology as it was and as it is, and what differs. */
export class Comparison {
  readonly changes: Change[] = []
  readonly application: string
  readonly before: LockedTopology
  readonly after: LockedTopology
  readonly types: TypeComparison
  /** Steps of `before` by what they are called now. */
  readonly stepNames: ReadonlyMap<string, string>
  readonly #model: TopologyModel

  constructor(
    before: LockedTopology,
    after: LockedTopology,
    {
      model,
      types,
      stepNames,
    }: { readonly model: TopologyModel; readonly types: TypeComparison; readonly stepNames: ReadonlyMap<string, string> },
  ) {
    this.application = model.application
    this.before = before
    this.after = after
    this.types = types
    this.stepNames = stepNames
    this.#model = model
  }

  report(code: ChangeCode, found: Found): void {
    this.changes.push(changeOf(code, this.application, found))
  }

  /** The name of the manifest, for what is not there any more. */
  get file(): Place {
    return { file: posix.normalize(this.#model.file), line: 1, column: 1 }
  }

  placeOfStep(name: string): Place {
    return this.#model.steps.find((step) => step.name === name)?.place ?? this.file
  }

  /** Of a store that the manifest declares, or of the step that it is of. */
  placeOfStore(name: string): Place {
    const declared = this.#model.stores.find((store) => store.name === name)?.place
    return declared ?? this.placeOfStep(this.after.stores[name]?.step ?? '')
  }

  /** Of a topic by its name in the manifest. */
  placeOfTopic(name: string): Place {
    return this.#model.topics.find((topic) => topic.name === name)?.place ?? this.file
  }
}
