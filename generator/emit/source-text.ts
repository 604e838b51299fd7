/** Text as a string literal of TypeScript in single quotes; what cannot be seen is written as an escape. */
export function quoted(text: string): string {
  if (isHarmless(text)) return `'${text.replace(/[\\']/g, '\\$&')}'`
  const json = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")
  return `'${json.replace(invisible, escaped).replaceAll(mapLink, '$1\\x3d')}'`
}

/** A key of an object literal; `__proto__:` would set the prototype. */
export function objectKey(name: string): string {
  return name === '__proto__' ? "['__proto__']" : name
}

/** Text as a JSDoc comment, indented; nothing for no text. It can neither end the comment, nor speak to a compiler or an engine. */
export function jsDoc(text: string | undefined, indent = ''): string {
  const lines = (text ?? '')
    .replace(/\p{Surrogate}/gu, '\ufffd')
    .split(/\r\n|[\n\r\u2028\u2029]/)
    .map((line) => (isHarmless(line) ? line.trimEnd() : harmless(line)))
  while (lines.length > 0 && lines[0] === '') lines.shift()
  while (lines.at(-1) === '') lines.pop()
  if (lines.length === 0) return ''
  if (lines.length === 1) return `${indent}/** ${lines[0]!.trim()} */\n`
  return `${indent}/**\n${lines.map((line) => `${indent} *${line === '' ? '' : ` ${line}`}\n`).join('')}${indent} */\n`
}

/** Most texts: what can be seen, and nothing that anything could take for more than text. */
function isHarmless(text: string): boolean {
  return /^[ -~]*$/.test(text) && !/\*\/|@ts-|URL=/.test(text)
}

function harmless(line: string): string {
  return (
    line
      // What is taken away goes first: `*`, a control character and `/` would meet else.
      .replace(control, '')
      .replace(invisible, escaped)
      .replaceAll('*/', '*\\/')
      .trimEnd()
      .replace(directive, '\\$&')
      .replaceAll(mapLink, '$1 =')
  )
}

/** Line separators, marks that change the direction of text (a reviewer would read other code than runs), and text that only machines see. */
const invisible = /[\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\u{e0000}-\u{e007f}]/gu
const control = /[^\t -\u{10ffff}]/gu
/** TypeScript takes orders from comments. */
const directive = /@ts-(?:ignore|expect-error|nocheck|check)/g
/** Engines look for the way to a source map in all of a file, in texts and comments too. */
const mapLink = /(source(?:Mapping)?URL)=/g

function escaped(character: string): string {
  return Array.from({ length: character.length }, (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`).join('')
}

/** With its first letter in upper case. */
export function upperFirst(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1)
}

/** With its first letters in lower case: `loginEvent`, `urlList` of `URLList`. */
export function lowerFirst(name: string): string {
  return name.replace(/^[A-Z]+(?![a-z])|^[A-Z]/, (start) => start.toLowerCase())
}

/** `login-event` of `LoginEvent`. */
export function kebab(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1-$2')
    .replaceAll('_', '-')
    .toLowerCase()
}
