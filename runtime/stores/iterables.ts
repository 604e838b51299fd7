/** Each element as `map` gives it, lazily; leaving the loop early closes the source. */
export function mapped<S, T>(source: Iterable<S>, map: (element: S) => T): Iterable<T> {
  return { [Symbol.iterator]: () => new MappedIterator(source[Symbol.iterator](), map) }
}

class MappedIterator<S, T> implements IterableIterator<T> {
  readonly #source: Iterator<S>
  readonly #map: (element: S) => T

  constructor(source: Iterator<S>, map: (element: S) => T) {
    this.#source = source
    this.#map = map
  }

  [Symbol.iterator](): IterableIterator<T> {
    return this
  }

  next(): IteratorResult<T> {
    const step = this.#source.next()
    return step.done === true ? { done: true, value: undefined } : { done: false, value: this.#map(step.value) }
  }

  return(): IteratorResult<T> {
    this.#source.return?.()
    return { done: true, value: undefined }
  }
}
