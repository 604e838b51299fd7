import type { Code } from './data-type.js'
import type { RuntimeSymbol } from './runtime-symbols.js'

export type { Code, Import } from './data-type.js'

/** Code of a template: parts that are code bring their imports along. */
export function code(strings: TemplateStringsArray, ...parts: readonly (Code | string)[]): Code {
  let text = strings[0] ?? ''
  const imports: Code['imports'][number][] = []
  parts.forEach((part, index) => {
    if (typeof part === 'string') text += part
    else {
      text += part.text
      for (const each of part.imports) imports.push(each)
    }
    text += strings[index + 1] ?? ''
  })
  return { text, imports }
}

/** Code without imports. */
export function text(content: string): Code {
  return { text: content, imports: [] }
}

export function joinCode(parts: readonly Code[], separator: string): Code {
  return { text: parts.map((part) => part.text).join(separator), imports: parts.flatMap((part) => part.imports) }
}

/** A type of the runtime's. */
export function runtimeType(name: RuntimeSymbol): Code {
  return { text: name, imports: [{ name, from: 'millrace/codegen', typeOnly: true }] }
}

/** A class or function of the runtime's. */
export function runtimeValue(name: RuntimeSymbol): Code {
  return { text: name, imports: [{ name, from: 'millrace/codegen', typeOnly: false }] }
}
