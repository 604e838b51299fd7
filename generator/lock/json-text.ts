import { isList, isObject, type Json, stringifyJson } from '../avro/json.js'

const width = 120

/** JSON for people: what fits stands on one line, the rest has a line for each entry; so a diff shows the entries that changed. */
export function jsonText(value: Json, indent = ''): string {
  const line = oneLine(value, width - indent.length)
  if (line !== undefined) return line
  const inner = `${indent}  `
  if (isList(value)) return `[\n${value.map((item) => inner + jsonText(item, inner)).join(',\n')}\n${indent}]`
  if (!isObject(value)) return stringifyJson(value)
  return `{\n${Object.entries(value)
    .map(([key, item]) => `${inner}${JSON.stringify(key)}: ${jsonText(item, inner)}`)
    .join(',\n')}\n${indent}}`
}

/** Undefined if it takes more than `room` characters, which is seen as soon as they are used up. */
function oneLine(value: Json, room: number): string | undefined {
  if (!isList(value) && !isObject(value)) return within(stringifyJson(value), room)
  const [open, close, empty] = isList(value) ? ['[', ']', '[]'] : ['{ ', ' }', '{}']
  let text = ''
  for (const key of Object.keys(value)) {
    const label = isList(value) ? '' : `${JSON.stringify(key)}: `
    const start = `${text === '' ? open : ', '}${label}`
    const item = oneLine((value as { readonly [key: string]: Json })[key]!, room - text.length - start.length)
    if (item === undefined) return undefined
    text += start + item
  }
  return within(text === '' ? empty : text + close, room)
}

function within(text: string, room: number): string | undefined {
  return text.length <= room ? text : undefined
}
