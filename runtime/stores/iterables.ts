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

/** The elements of what `open` gives for each source, one after the other, as `map` gives them. No generator, since a join makes one with each record. */
export function flatMapped<S, E, T>(sources: readonly S[], open: (source: S) => Iterable<E>, map: (element: E) => T): IterableIterator<T> {
  return new FlatIterator(sources, open, map)
}

class FlatIterator<S, E, T> implements IterableIterator<T> {
  readonly #sources: readonly S[]
  readonly #open: (source: S) => Iterable<E>
  readonly #map: (element: E) => T
  #next = 0
  #elements: Iterator<E> | undefined

  constructor(sources: readonly S[], open: (source: S) => Iterable<E>, map: (element: E) => T) {
    this.#sources = sources
    this.#open = open
    this.#map = map
  }

  [Symbol.iterator](): IterableIterator<T> {
    return this
  }

  next(): IteratorResult<T> {
    for (;;) {
      if (this.#elements === undefined) {
        if (this.#next === this.#sources.length) return { done: true, value: undefined }
        this.#elements = this.#open(this.#sources[this.#next++]!)[Symbol.iterator]()
      }
      const step = this.#elements.next()
      if (step.done !== true) return { done: false, value: this.#map(step.value) }
      this.#elements = undefined
    }
  }

  return(): IteratorResult<T> {
    this.#next = this.#sources.length
    this.#elements?.return?.()
    this.#elements = undefined
    return { done: true, value: undefined }
  }
}
