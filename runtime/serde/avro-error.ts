/** A value or bytes that do not fit a schema, on the way to the StreamError that a serde throws; `path` leads to the place, outermost first. */
export class AvroError extends Error {
  readonly path: string[] = []

  /** The error, from one step further outside: a field's name, or `[2]` of an array. */
  within(step: string): this {
    this.path.unshift(step)
    return this
  }

  /** The error, at a path from outside. */
  at(path: readonly string[]): this {
    this.path.unshift(...path)
    return this
  }

  /** `order.lines[2].price: …` */
  describe(): string {
    const path = this.path.map((step, index) => (index === 0 || step.startsWith('[') ? step : `.${step}`)).join('')
    return path === '' ? this.message : `${path}: ${this.message}`
  }
}

/** A value as messages show it: short, and never all of a record. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value)
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'function' || typeof value === 'symbol') return `a ${typeof value}`
  if (typeof value !== 'object' || value === null) return String(value)
  if (Array.isArray(value)) return `an array of ${value.length}`
  const name: unknown = Object.getPrototypeOf(value)?.constructor?.name
  return typeof name === 'string' && name !== 'Object' ? `a ${name}` : 'an object'
}
