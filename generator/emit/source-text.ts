/** Text as a string literal of TypeScript in single quotes. */
export function quoted(text: string): string {
  const json = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")
  return `'${json.replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')}'`
}

/** A key of an object literal; `__proto__:` would set the prototype. */
export function objectKey(name: string): string {
  return name === '__proto__' ? "['__proto__']" : name
}

/** Text as a JSDoc comment, indented; nothing for no text. */
export function jsDoc(text: string | undefined, indent = ''): string {
  const lines = (text ?? '')
    .replaceAll(/\p{Surrogate}/gu, '\ufffd')
    .replace(/[^\S\n\r]+$/gm, '')
    .replaceAll('*/', '*\\/')
    .replace(/[^\t\n\r -\u{10ffff}]/gu, '')
    .split(/\r\n|[\n\r\u2028\u2029]/)
    .map((line) => line.trimEnd())
  while (lines.length > 0 && lines[0] === '') lines.shift()
  while (lines.at(-1) === '') lines.pop()
  if (lines.length === 0) return ''
  if (lines.length === 1) return `${indent}/** ${lines[0]!.trim()} */\n`
  return `${indent}/**\n${lines.map((line) => `${indent} *${line === '' ? '' : ` ${line}`}\n`).join('')}${indent} */\n`
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
