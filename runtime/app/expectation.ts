/** What an option must be. */
export interface Expectation {
  readonly expected: string
  fits(value: unknown): boolean
}

export const text: Expectation = { expected: 'a text that is not empty', fits: (value) => typeof value === 'string' && value !== '' }
export const flag: Expectation = { expected: 'true or false', fits: (value) => typeof value === 'boolean' }
export const object: Expectation = { expected: 'an object', fits: (value) => typeof value === 'object' && value !== null }

export function count(least: number, unit: string): Expectation {
  return { expected: `${unit}, a whole number from ${least}`, fits: (value) => Number.isSafeInteger(value) && (value as number) >= least }
}

export function methods(what: string, ...names: readonly string[]): Expectation {
  return { expected: `${what} (an object with ${names.join(', ')})`, fits: (value) => hasMethods(value, names) }
}

export function hasMethods(value: unknown, names: readonly string[]): boolean {
  return object.fits(value) && names.every((name) => typeof (value as Record<string, unknown>)[name] === 'function')
}

/** What is wrong with the options of an object, `place` before the name of each. */
export function problemsWith(
  options: object,
  expectations: Readonly<Record<string, Expectation>>,
  place: string,
  show: (value: unknown) => string,
): readonly string[] {
  return Object.entries(options).flatMap(([option, value]) => {
    if (value === undefined) return []
    if (!Object.hasOwn(expectations, option)) return [`${place}${option} is not an option.`]
    const { expected, fits } = expectations[option]!
    return fits(value) ? [] : [`${place}${option} must be ${expected}, but is ${show(value)}.`]
  })
}
