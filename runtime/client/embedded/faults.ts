import type { Group } from './group.js'

/** Where a client of the broker can be made to fail. */
export type Operation = 'produce' | 'poll' | 'commit' | 'sendOffsets' | 'commitTransaction'

export interface Fault {
  readonly error: Error
  /** True: it is done all the same, only the answer is lost. */
  readonly done: boolean
}

/** Failures to come, for tests: each is set up before, and happens once. */
export class Faults {
  readonly #group: (groupId: string) => Group
  /** Topics whose reads are held, and who waits at them. */
  readonly #held = new Map<string, Set<() => void>>()
  readonly #coming = new Map<Operation, Fault[]>()
  #refusals: Error[] = []
  #lostAcknowledgements = 0

  constructor(group: (groupId: string) => Group) {
    this.#group = group
  }

  /** The next such operation of any client fails with `error`; a produce that fails ends its producer. */
  failNext(operation: Operation, error: Error, options: { readonly done?: boolean } = {}): void {
    this.#coming.set(operation, [...(this.#coming.get(operation) ?? []), { error, done: options.done === true }])
  }

  /** The next record produced is refused for good. */
  refuseNextRecord(error: Error): void {
    this.#refusals.push(error)
  }

  /** The next produce is done, but its acknowledgement is lost: the producer sends again, and the broker knows it for a repeat. */
  loseNextAcknowledgement(): void {
    this.#lostAcknowledgements++
  }

  /** The group takes a member for dead now; it hears of it when it polls next, unless it is dead. Default: all members. */
  expireSession(groupId: string, memberId?: string): void {
    const group = this.#group(groupId)
    for (const id of memberId === undefined ? group.memberIds() : [memberId]) group.remove(id)
  }

  /** Reads of the topic find nothing, as from a broker that takes its time, until the function returned is called. */
  holdReads(topic: string): () => void {
    const waiting = new Set<() => void>()
    this.#held.set(topic, waiting)
    return () => {
      this.#held.delete(topic)
      for (const wake of waiting) wake()
    }
  }

  clear(): void {
    this.#held.clear()
    this.#coming.clear()
    this.#refusals = []
    this.#lostAcknowledgements = 0
  }

  /** @internal Does `action`, unless it is to fail. */
  around<T>(operation: Operation, action: () => T): T {
    const fault = this.#coming.get(operation)?.shift()
    if (fault !== undefined && !fault.done) throw fault.error
    const result = action()
    if (fault !== undefined) throw fault.error
    return result
  }

  /** @internal `wake` is called when it no longer is. */
  isHeld(topic: string, wake: () => void): boolean {
    return this.#held.get(topic)?.add(wake) !== undefined
  }

  /** @internal */
  takeRefusal(): Error | undefined {
    return this.#refusals.shift()
  }

  /** @internal */
  takeLostAcknowledgement(): boolean {
    if (this.#lostAcknowledgements === 0) return false
    this.#lostAcknowledgements--
    return true
  }
}
