/** A value now, or later: what the test driver has at once, the app waits for. */
export type MaybePromise<T> = T | Promise<T>

/** Steps that may have to wait, written once with `yield* wait(…)`. */
export type Steps<T> = Generator<Promise<unknown>, T, unknown>

/** The value, waited for only if it is a promise. */
export function* wait<T>(value: MaybePromise<T>): Steps<T> {
  return value instanceof Promise ? ((yield value) as T) : value
}

/** What `next` makes of the value: at once, or when it has been waited for. For few steps that run often: `Steps` cost a generator each. */
export function after<T, R>(value: MaybePromise<T>, next: (value: T) => MaybePromise<R>): MaybePromise<R> {
  return value instanceof Promise ? value.then(next) : next(value)
}

/** Starts all of them and waits until each has ended, well or not; throws the first failure then, so that nothing goes on unseen. */
export function* waitForAll(actions: readonly (() => MaybePromise<void>)[]): Steps<void> {
  const failures: unknown[] = []
  const pending: Promise<void>[] = []
  for (const action of actions) {
    try {
      const result = action()
      if (result instanceof Promise) pending.push(result.catch((error: unknown) => void failures.push(error)))
    } catch (error) {
      failures.push(error)
    }
  }
  if (pending.length > 0) yield Promise.all(pending)
  if (failures.length > 0) throw failures[0]
}

/** Runs the steps: synchronously as long as nothing has to be waited for. */
export function run<T>(steps: Steps<T>): MaybePromise<T> {
  return settle(steps, steps.next())
}

function settle<T>(steps: Steps<T>, result: IteratorResult<Promise<unknown>, T>): MaybePromise<T> {
  if (result.done === true) return result.value
  return result.value.then(
    (value) => settle(steps, steps.next(value)),
    (error: unknown) => settle(steps, steps.throw(error)),
  )
}
