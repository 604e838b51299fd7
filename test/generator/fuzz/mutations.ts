import type { Random } from '../../helpers/random.js'
import type { Folder } from './corpus.js'

/** Texts that have meant trouble somewhere. */
const troublesome = [
  ...[
    '__proto__',
    'constructor',
    'prototype',
    'toString',
    'hasOwnProperty',
    'then',
    'class',
    'Map',
    'Record',
    'string',
    'null',
    'abstract',
  ],
  ...['*/', '/*', '//', '`', '${', "'", '"', '\\', '{{x}}', '</script>', '<!--', '@ts-ignore', '*\u0001/'],
  ...['\u2028', '\0', '\ud800', '\u202e', '\ufeff', '\r', '\t', '\u00a0', 'é', '😀'],
  ...['&a', '*a', '!!js', '!', '? ', '- ', '|', '>', '#', '<<: ', '---', '%', '~', '[]', '{}', '[', '}', ':', ','],
  ...['0', '-1', '-0', '1e999', '.inf', '.nan', '0x10', '0o7', '9'.repeat(400), '9007199254740993', '1.5', 'true', '2001-01-01'],
  ...['a.b.c', '.a', 'a.', 'a..b', 'CON', 'nul', '../x', 'x'.repeat(300)],
]

/** Spoils a folder: a few changes of tokens, lines, bytes, or of the JSON that a schema is. */
export class Mutations {
  readonly #random: Random
  readonly #corpus: readonly Folder[]
  readonly #words: readonly string[]
  readonly #nodes: readonly unknown[]

  constructor(random: Random, corpus: readonly Folder[]) {
    this.#random = random
    this.#corpus = corpus
    const texts = corpus.flatMap((folder) => [...folder.values()])
    this.#words = [...new Set(texts.join(' ').match(/[\w.-]+/g))].sort()
    this.#nodes = corpus.flatMap((folder) => [...folder].flatMap(([path, text]) => (path.endsWith('.avsc') ? nodesOf(parsed(text)) : [])))
  }

  spoil(folder: Folder): Folder {
    const files = new Map(folder)
    for (let left = this.#random.int(1, 3); left > 0; left -= 1) {
      const path = this.#random.pick([...files.keys()])
      const text = files.get(path)!
      const json = path.endsWith('.avsc') && this.#random.chance(0.6) ? parsed(text) : undefined
      files.set(path, json === undefined ? this.#spoilText(text) : JSON.stringify(this.#spoilJson(json), null, 1))
    }
    if (this.#random.chance(0.05)) for (const [path, text] of this.#random.pick(this.#corpus)) files.set(path, text)
    return files
  }

  #spoilText(text: string): string {
    const random = this.#random
    const lines = text.split('\n')
    const at = random.int(0, lines.length - 1)
    const tokens = [...text.matchAll(/[\w.-]+/g)]
    const other = () => random.pick([...random.pick(this.#corpus).values()])
    const replaceToken = (by: string) => {
      if (tokens.length === 0) return by
      const token = random.pick(tokens)
      return text.slice(0, token.index) + by + text.slice(token.index + token[0].length)
    }
    const insert = (part: string) => {
      const where = random.int(0, text.length)
      return text.slice(0, where) + part + text.slice(where)
    }
    return random.pick([
      () => replaceToken(random.pick(this.#words)),
      () => replaceToken(tokens.length > 0 ? random.pick(tokens)[0] : ''),
      () => replaceToken(random.pick(troublesome)),
      () => insert(random.pick(troublesome)),
      () => insert(String.fromCharCode(random.int(0, 0x2100))),
      () => lines.toSpliced(at, 1).join('\n'),
      () => lines.toSpliced(at, 0, random.pick(other().split('\n'))).join('\n'),
      () => lines.toSpliced(at, 0, lines[at] ?? '').join('\n'),
      () => lines.toSpliced(at, 1, ...lines.slice(at, at + 3).reverse()).join('\n'),
      () => text.slice(0, random.int(0, text.length)),
      () => text.slice(0, at) + text.slice(at + random.int(1, 20)),
      () => text.replaceAll('\n', random.pick(['\r\n', '\r'])),
    ])()
  }

  #spoilJson(root: unknown): unknown {
    const random = this.#random
    const places = placesOf(root)
    if (places.length === 0) return random.pick(this.#nodes)
    const { parent, key } = random.pick(places)
    const value = parent[key]
    const replaced = random.pick<() => unknown>([
      () => structuredClone(random.pick(this.#nodes)),
      () => random.pick(troublesome),
      () => random.pick(this.#words),
      () => ({ type: 'array', items: value }),
      () => ({ type: 'map', values: value }),
      () => ['null', value],
      () => ['null', value, 'string', 'int'],
      () => [value],
      () => ({ type: value }),
      () => random.pick([null, true, 0, -1, 1.5, 2 ** 53, '', [], {}]),
      () => structuredClone(random.pick(places).parent),
      () => undefined,
    ])()
    if (Array.isArray(parent) && replaced === undefined) parent.splice(Number(key), 1)
    else if (random.chance(0.1))
      Object.defineProperty(parent, random.pick(troublesome), { value: replaced, enumerable: true, configurable: true })
    else Object.defineProperty(parent, key, { value: replaced, enumerable: true, configurable: true, writable: true })
    return root
  }
}

interface Place {
  readonly parent: Record<string, unknown>
  readonly key: string
}

function placesOf(node: unknown): Place[] {
  if (typeof node !== 'object' || node === null) return []
  const parent = node as Record<string, unknown>
  return Object.keys(parent).flatMap((key) => [{ parent, key }, ...placesOf(parent[key])])
}

function nodesOf(node: unknown): unknown[] {
  return node === undefined ? [] : [node, ...placesOf(node).map(({ parent, key }) => parent[key])]
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
