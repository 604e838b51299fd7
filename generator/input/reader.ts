import type { DiagnosticCode } from '../diagnostic-codes.js'
import type { Place, Report } from '../diagnostics.js'
import { closest, suggest } from '../suggest.js'
import type { InputNode, ListNode, MapNode, ScalarNode } from './yaml.js'

/** Names in a manifest. */
const namePattern = /^[A-Za-z][A-Za-z0-9._-]*$/

/** A text of the input that names something, and where it stands. */
export interface Reference {
  readonly name: string
  readonly place: Place
}

/** Reads values out of nodes and reports those of the wrong shape; what it cannot read is undefined. */
export class NodeReader {
  readonly report: Report

  constructor(report: Report) {
    this.report = report
  }

  error(code: DiagnosticCode, place: Place, message: string, hint?: string): undefined {
    this.report({ code, severity: 'error', place, message, ...(hint === undefined ? {} : { hint }) })
    return undefined
  }

  warning(code: DiagnosticCode, place: Place, message: string, hint?: string): void {
    this.report({ code, severity: 'warning', place, message, ...(hint === undefined ? {} : { hint }) })
  }

  map(node: InputNode, what: string): MapNode | undefined {
    return node.kind === 'map' ? node : this.#wrong(node, what, 'a mapping')
  }

  list(node: InputNode, what: string): ListNode | undefined {
    return node.kind === 'list' ? node : this.#wrong(node, what, 'a list')
  }

  scalar(node: InputNode, what: string, wanted = 'a text'): ScalarNode | undefined {
    return node.kind === 'scalar' && node.value !== null ? node : this.#wrong(node, what, wanted)
  }

  text(node: InputNode, what: string): string | undefined {
    if (node.kind === 'scalar' && typeof node.value === 'string' && node.value !== '') return node.value
    return this.#wrong(node, what, 'a text')
  }

  /** A name by the rules of the manifest. */
  name(node: InputNode, what: string): Reference | undefined {
    const text = this.text(node, what)
    return text === undefined ? undefined : this.checkName({ name: text, place: node.place }, what)
  }

  checkName(reference: Reference, what: string): Reference | undefined {
    if (namePattern.test(reference.name) && reference.name.length <= 200) return reference
    return this.error(
      'invalid-name',
      reference.place,
      `\`${shorten(reference.name)}\` is no name for ${what}.`,
      'A name is a letter, then letters, digits, `.`, `_` and `-`.',
    )
  }

  integer(node: InputNode, what: string, least: number, most = Number.MAX_SAFE_INTEGER): number | undefined {
    const value = node.kind === 'scalar' ? node.value : undefined
    if (typeof value !== 'number') return this.#wrong(node, what, 'a number')
    if (Number.isSafeInteger(value) && value >= least && value <= most) return value
    if (value > most) return this.error('invalid-option', node.place, `${capital(what)} is at most ${most}, not ${value}.`)
    return this.error('invalid-option', node.place, `${capital(what)} is a whole number of at least ${least}, not ${value}.`)
  }

  boolean(node: InputNode, what: string): boolean | undefined {
    const value = node.kind === 'scalar' ? node.value : undefined
    return typeof value === 'boolean' ? value : this.#wrong(node, what, '`true` or `false`')
  }

  choice<const T extends string>(node: InputNode, what: string, choices: readonly T[]): T | undefined {
    const text = this.text(node, what)
    if (text === undefined) return undefined
    const found = choices.find((choice) => choice === text)
    if (found !== undefined) return found
    return this.error('invalid-option', node.place, `${capital(what)} cannot be \`${shorten(text)}\`.`, suggest(text, choices))
  }

  /** One text or a list of them. */
  references(node: InputNode, what: string): readonly Reference[] | undefined {
    const items = node.kind === 'list' ? node.items : [node]
    const references = items.map((item) => {
      const name = this.text(item, what)
      return name === undefined ? undefined : { name, place: item.place }
    })
    return references.every((reference) => reference !== undefined) ? references : undefined
  }

  /** Reports the keys of `node` that are not among `known`. */
  unknownKeys(node: MapNode, known: readonly string[], what: string): void {
    for (const { key, keyPlace } of node.entries) {
      if (!known.includes(key)) {
        this.error('unknown-key', keyPlace, `${capital(what)} has no \`${shorten(key)}\`.`, suggest(key, known))
      }
    }
  }

  /** Reports that `node` has none of its keys `known` called `key`; not if it has it misspelt, which `unknownKeys` tells. */
  missingKey(node: MapNode, key: string, known: readonly string[], place: Place, message: string, hint?: string): undefined {
    const isMisspelt = node.entries.some((written) => !known.includes(written.key) && closest(written.key, known) === key)
    return isMisspelt ? undefined : this.error('missing-key', place, message, hint)
  }

  #wrong(node: InputNode, what: string, wanted: string): undefined {
    return this.error('unexpected-value', node.place, `${capital(what)} is ${wanted}, not ${describeNode(node)}.`)
  }
}

export function entry(node: MapNode, key: string): InputNode | undefined {
  return node.entries.find((candidate) => candidate.key === key)?.value
}

export function describeNode(node: InputNode): string {
  if (node.kind === 'map') return 'a mapping'
  if (node.kind === 'list') return 'a list'
  if (node.value === null || node.value === '') return 'empty'
  return `\`${shorten(node.text)}\``
}

/** Text of the input as it may stand in a message: one line, not too long. */
export function shorten(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a message must not carry control characters to a terminal
  const line = text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]+/g, ' ')
  return line.length > 60 ? `${line.slice(0, 57)}...` : line
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
