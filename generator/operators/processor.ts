import { entry, type Reference } from '../input/reader.js'
import { type Code, code, runtimeType, text } from '../model/code.js'
import { pascalCase, stepClassName } from '../model/step-names.js'
import type { Method } from './methods.js'
import { plainMethod } from './methods.js'
import type { MethodSyntax, StepScope } from './operator.js'
import { namesOption, type OptionSyntax, readDuration } from './options.js'

/** What `process`, `processValues` and `globalStore` share: stores, `init` and punctuations. */
export interface Punctuation extends Reference {
  readonly everyMs: number
  readonly type: 'streamTime' | 'wallClock'
}

export const storesOption = namesOption('The stores it may use: of `stores`, or steps that keep one of their own.')

const punctuateSchema = {
  type: 'object',
  propertyNames: { $ref: '#/$defs/name' },
  additionalProperties: {
    type: 'object',
    properties: { every: { $ref: '#/$defs/duration' }, type: { enum: ['streamTime', 'wallClock'] }, with: { $ref: '#/$defs/logic' } },
    required: ['every', 'type'],
    additionalProperties: false,
  },
}

export const punctuateOption: OptionSyntax<readonly Punctuation[]> = {
  doc: 'Calls by time: names to `{ every: 10s, type: streamTime | wallClock, with: … }`.',
  required: false,
  schema: punctuateSchema,
  read(node, { reader, what }) {
    const map = reader.map(node, what)
    const read = map?.entries.map(({ key, keyPlace, value }): Punctuation | undefined => {
      const name = reader.checkName({ name: key, place: keyPlace }, 'a punctuation')
      const content = reader.map(value, `punctuation \`${key}\``)
      if (name === undefined || content === undefined) return undefined
      reader.unknownKeys(content, ['every', 'type', 'with'], 'a punctuation')
      for (const required of ['every', 'type']) {
        if (entry(content, required) === undefined) reader.error('missing-key', keyPlace, `Punctuation \`${key}\` has no \`${required}\`.`)
      }
      const [every, type] = [entry(content, 'every'), entry(content, 'type')]
      const everyMs = every && readDuration(every, { reader, what: '`every`' })
      const chosen = type && reader.choice(type, '`type`', ['streamTime', 'wallClock'])
      if (everyMs === 0) return reader.error('invalid-option', every!.place, 'A punctuation comes every so often: more than 0.')
      return everyMs === undefined || chosen === undefined ? undefined : { ...name, everyMs, type: chosen }
    })
    return read?.every((punctuation) => punctuation !== undefined) ? read : undefined
  },
}

export function punctuations(punctuate: readonly Punctuation[]) {
  if (punctuate.length === 0) return {}
  return { punctuate: punctuate.map(({ name, everyMs, type }) => ({ method: `punctuate${pascalCase(name)}`, everyMs, type })) }
}

/** Methods `punctuate<Name>(timestamp, context)`. */
export function punctuateMethods(punctuate: readonly Punctuation[]): readonly Method[] {
  return punctuate.map(({ name, type }) => {
    const time = type === 'streamTime' ? 'Stream time' : 'The wall clock'
    const parameters = [
      { name: 'timestamp', type: text('number') },
      { name: 'context', type: 'Context' },
    ]
    const method = plainMethod(
      'punctuate',
      `punctuate${pascalCase(name)}`,
      `${time} has come to \`timestamp\`, in milliseconds.`,
      runtimeType('Nothing'),
      parameters,
      {
        path: [name, 'with'],
        override: false,
      },
    )
    return { ...method, scope: storesScope }
  })
}

export const storesScope = { stores: 'context' } as const

export const initSyntax: MethodSyntax = {
  method: 'init',
  doc: 'Called once per task, before the first record.',
  scope: ['context', 'stores'],
  result: 'nothing',
  optional: true,
}

export function initMethod(): Method {
  const method = plainMethod('init', 'init', initSyntax.doc, runtimeType('Nothing'), [{ name: 'context', type: 'Context' }], {
    optional: true,
  })
  return { ...method, scope: storesScope }
}

/** Closes the type arguments of a processor's base class, with its stores if it has any. */
export function withStores(open: Code, step: StepScope, stores: readonly string[]): Code {
  return stores.length === 0 ? code`${open}>` : code`${open}, ${stepClassName(step.name)}.Stores>`
}
