import { isAlias, isMap, isScalar, isSeq, type Node, parseAllDocuments, Scalar, type YAMLParseError } from 'yaml'
import type { DiagnosticCode } from '../diagnostic-codes.js'
import type { Place, Report } from '../diagnostics.js'
import { Source } from './source.js'

/** A YAML or JSON file as plain data, every node with its place. The only file that knows the yaml library. */
export type InputNode = MapNode | ListNode | ScalarNode

export interface MapNode {
  readonly kind: 'map'
  readonly place: Place
  readonly entries: readonly MapEntry[]
}

export interface MapEntry {
  readonly key: string
  readonly keyPlace: Place
  readonly value: InputNode
}

export interface ListNode {
  readonly kind: 'list'
  readonly place: Place
  readonly items: readonly InputNode[]
}

export interface ScalarNode {
  readonly kind: 'scalar'
  readonly place: Place
  readonly value: string | number | boolean | null
  /** As text: of plain scalars what stands there (`1.0`, `true`), else the value. */
  readonly text: string
  /** Where each line of `text` begins; none where YAML folds several lines into it. */
  readonly lines: readonly Place[]
  /** Without quotes, on one line: a comma or a colon may have ended it early. */
  readonly isPlain: boolean
}

/** Deeper nesting is refused: no manifest needs it, and the parser is recursive. */
const maxDepth = 64
const maxLength = 1_000_000

/** A wrong indentation makes the parser stumble at each line that follows: only the first is told. */
function withoutConsequences(errors: readonly YAMLParseError[]): readonly YAMLParseError[] {
  const first = errors.find(isIndentation)
  return errors.filter((error) => error === first || !isIndentation(error))
}

function isIndentation({ code }: YAMLParseError): boolean {
  return code === 'TAB_AS_INDENT' || code === 'BAD_INDENT'
}

/** The one document of `text`; undefined if it cannot be read at all, which is reported. An empty file is an empty map. */
export function parseYaml(file: string, written: string, report: Report): InputNode | undefined {
  // A carriage return alone ends a line too; the parser does not know.
  const text = (written.startsWith('\uFEFF') ? written.slice(1) : written).replace(/\r(?!\n)/g, '\n')
  const start: Place = { file, line: 1, column: 1 }
  const error = (code: DiagnosticCode, place: Place, message: string, hint?: string) =>
    report({ code, severity: 'error', place, message, ...(hint === undefined ? {} : { hint }) })
  if (text.length > maxLength) return void error('yaml-syntax', start, `The file is longer than ${maxLength} characters.`)
  const deep = tooDeep(text)
  if (deep !== undefined) return void error('yaml-syntax', new Source(file, text).place(deep), `More than ${maxDepth} levels of nesting.`)

  const documents = parseAllDocuments(text, {
    prettyErrors: false,
    uniqueKeys: false,
    stringKeys: true,
    version: '1.2',
    schema: 'core',
    customTags: [],
    merge: false,
  })
  // The library's own counter of lines loses count where it goes on after an error.
  const source = new Source(file, text)
  const at = (offset: number): Place => source.place(Math.min(offset, text.length))
  if (!Array.isArray(documents)) return { kind: 'map', place: start, entries: [] }
  const [document, second] = documents
  if (document === undefined) return { kind: 'map', place: start, entries: [] }
  if (second !== undefined)
    error('yaml-syntax', at(second.range[0]), 'A manifest is one YAML document.', 'Put the second document into a file of its own.')
  let broken = false
  for (const { code, message, pos } of withoutConsequences(document.errors)) {
    broken = true
    error('yaml-syntax', at(pos[0]), message, code === 'TAB_AS_INDENT' ? 'Indent with spaces.' : undefined)
  }
  if (broken) return undefined
  if (document.contents === null) return { kind: 'map', place: start, entries: [] }
  const root = convert(document.contents, 0)
  return broken ? undefined : root

  function convert(node: Node | null, fallback: number): InputNode {
    const offset = node?.range?.[0] ?? fallback
    const place = at(offset)
    const empty: ScalarNode = { kind: 'scalar', place, value: null, text: '', lines: [place], isPlain: true }
    if (node === null) return empty
    if (isAlias(node)) {
      broken = true
      error('yaml-syntax', place, 'Aliases are not allowed in a manifest.', 'Write the value out.')
      return empty
    }
    if (node.tag !== undefined && text[offset] === '!')
      error('yaml-syntax', place, `Tags such as ${node.tag} are not allowed in a manifest.`)
    if ('anchor' in node && node.anchor !== undefined)
      error('yaml-syntax', place, 'Anchors are not allowed in a manifest.', 'Write the value out.')
    if (isMap(node)) {
      const seen = new Map<string, Place>()
      const entries: MapEntry[] = []
      for (const pair of node.items) {
        const keyNode = pair.key as Node | null
        const keyPlace = at(keyNode?.range?.[0] ?? offset)
        const key = isScalar(keyNode) ? (typeof keyNode.value === 'string' ? keyNode.value : (keyNode.source ?? '')) : ''
        if (!isScalar(keyNode)) error('yaml-syntax', keyPlace, 'A key is a plain text.')
        const first = seen.get(key)
        if (first !== undefined) {
          error('yaml-duplicate-key', keyPlace, `\`${key}\` stands here twice; the first is in line ${first.line}.`)
          continue
        }
        seen.set(key, keyPlace)
        entries.push({ key, keyPlace, value: convert(pair.value as Node | null, keyNode?.range?.[1] ?? offset) })
      }
      return { kind: 'map', place, entries }
    }
    if (isSeq(node)) return { kind: 'list', place, items: node.items.map((item) => convert(item as Node | null, offset)) }
    if (isScalar(node)) return scalar(node, place, offset)
    return empty
  }

  function scalar(node: Scalar, place: Place, offset: number): ScalarNode {
    const value = typeof node.value === 'bigint' ? Number(node.value) : (node.value as ScalarNode['value'])
    const plain = node.type === Scalar.PLAIN && typeof value !== 'string'
    const content = plain ? (node.source ?? '') : String(value ?? '')
    return {
      kind: 'scalar',
      place,
      value,
      text: content,
      lines: linesOf(node, content, place, offset),
      isPlain: node.type === Scalar.PLAIN,
    }
  }

  function linesOf(node: Scalar, content: string, place: Place, offset: number): readonly Place[] {
    // What is folded has its lines elsewhere than the text.
    const [start, end] = node.range ?? [offset, offset]
    if (node.type !== Scalar.BLOCK_LITERAL && text.slice(start, end).includes('\n')) return []
    if (node.type === Scalar.QUOTE_DOUBLE || node.type === Scalar.QUOTE_SINGLE) return [{ ...place, column: place.column + 1 }]
    if (node.type !== Scalar.BLOCK_LITERAL) return [place]
    const lines = content.split('\n')
    const firstWithText = lines.findIndex((line) => line.trim() !== '')
    const indent = leadingSpaces(lineAfter(offset, firstWithText + 1)) - leadingSpaces(lines[firstWithText] ?? '')
    return lines.map((_, index) => ({ file, line: place.line + 1 + index, column: indent + 1 }))
  }

  /** So many lines after the one of an offset. */
  function lineAfter(offset: number, count: number): string {
    let start = offset
    for (let left = count; left > 0; left -= 1) start = text.indexOf('\n', start) + 1
    const end = text.indexOf('\n', start)
    return text.slice(start, end < 0 ? text.length : end)
  }
}

/** The node as plain JSON-like data; keys keep `__proto__` as a name like any other. */
export function plain(node: InputNode): unknown {
  if (node.kind === 'scalar') return node.value
  if (node.kind === 'list') return node.items.map(plain)
  const object: Record<string, unknown> = {}
  for (const { key, value } of node.entries) {
    Object.defineProperty(object, key, { value: plain(value), enumerable: true, configurable: true, writable: true })
  }
  return object
}

function leadingSpaces(line: string): number {
  return line.length - line.trimStart().length
}

/** What the text of a line may follow, each of which may open another level. */
const indentation: ReadonlySet<string> = new Set([' ', '\t', '-', '?', ':'])

/** Offset of the bracket or line that nests too deep. A cheap upper bound, taken before the recursive parser sees the text. */
function tooDeep(text: string): number | undefined {
  let flow = 0
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index]
    if (character === '[' || character === '{') flow += 1
    else if (character === ']' || character === '}') flow = Math.max(0, flow - 1)
    else if (index === 0 || text[index - 1] === '\n') {
      let indent = index
      while (indentation.has(text[indent] ?? '')) indent += 1
      if (indent - index > 4 * maxDepth) return indent
    }
    if (flow > maxDepth) return index
  }
  return undefined
}
