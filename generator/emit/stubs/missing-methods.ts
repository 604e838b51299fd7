import { Node } from 'ts-morph'
import type { MethodModel } from '../../model/topology.js'
import type { Insertion, LocalNames } from './local-names.js'
import { entryOf, type GeneratedClass, importsOf, signature, typeText } from './stub.js'
import { indentationAt, lineStart, type Style } from './style.js'
import type { ClassNode } from './user-class.js'

/** The methods, each to be written, at the end of a class; the rest of the file stays as it is. */
export function addMethods(
  node: ClassNode,
  methods: readonly MethodModel[],
  base: GeneratedClass,
  names: LocalNames,
  style: Style,
): Insertion {
  const { newline, semicolon, quote, indent } = style
  const text = node.getSourceFile().getFullText()
  const end = node.getEnd() - 1
  const outer = indentationAt(text, lineStart(text, node.getStart()))
  const inner = memberIndent(node, text) ?? outer + indent
  const owner = node.getName() ?? base.logic.className
  const own = { name: base.logic.className, from: entryOf(base), typeOnly: true }
  const written = methods.map((method) => {
    const head = signature(method, (type) => {
      const needed = new RegExp(`(?<![\\w$.'])${own.name}(?![\\w$])`).test(type.text) ? [own] : []
      return names.write(typeText(type), [...importsOf(type, base), ...needed])
    })
    const lines = [
      `/** ${method.doc} */`,
      `${head} {`,
      `${indent}throw new Error(${quote}${owner}.${method.name} is not written yet.${quote})${semicolon}`,
      '}',
    ]
    return lines.map((line) => inner + line).join(newline)
  })
  const body = written.join(newline + newline)
  const start = lineStart(text, end)
  const isOwnLine = text.slice(start, end).trim() === ''
  if (!isOwnLine) return { at: end, text: `${newline}${node.getMembers().length > 0 ? newline : ''}${body}${newline}${outer}` }
  const isApart = node.getMembers().length === 0 || /\n[ \t]*\r?\n$/.test(text.slice(0, start))
  return { at: start, text: `${isApart ? '' : newline}${body}${newline}` }
}

/** As the members are indented that begin a line. */
function memberIndent(node: ClassNode, text: string): string | undefined {
  const first = node.getMembers().find((member) => text.slice(lineStart(text, member.getStart()), member.getStart()).trim() === '')
  return first && indentationAt(text, first.getStart())
}

/** Names of what a class itself has; what is abstract there is still to be written. */
export function memberNames(node: ClassNode): ReadonlySet<string> {
  const members = node.getInstanceMembers().filter((member) => !(Node.isAbstractable(member) && member.isAbstract()))
  return new Set(members.map((member) => member.getName().replace(/^(['"])(.*)\1$/, '$2')))
}
