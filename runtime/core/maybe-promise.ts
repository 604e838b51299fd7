/** A value now, or later: what the test driver has at once, the app waits for. */
export type MaybePromise<T> = T | Promise<T>

/** Steps that may have to wait, written once with `yield* wait(…)`. */
export type Steps<T> = Generator<Promise<unknown>, T, unknown>

/** The value, waited for only if it is a promise. */
export function* wait<T>(value: MaybePromise<T>): Steps<T> {
  return value instanceof Promise ? ((yield value) as T) : value
}

/** All of them, waited for only if one is a promise. */
export function* waitForAll(values: readonly MaybePromise<void>[]): Steps<void> {
  if (values.some((value) => value instanceof Promise)) yield Promise.all(values)
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
