import { isList, isObject, type Json, stringifyJson } from '../model/json.js'

const width = 120

/** JSON for people: what fits stands on one line, the rest has a line for each entry; so a diff shows the entries that changed. */
export function jsonText(value: Json, indent = ''): string {
  const line = oneLine(value)
  if (line.length <= width - indent.length) return line
  const inner = `${indent}  `
  if (isList(value)) return `[\n${value.map((item) => inner + jsonText(item, inner)).join(',\n')}\n${indent}]`
  if (!isObject(value)) return line
  return `{\n${Object.entries(value)
    .map(([key, item]) => `${inner}${JSON.stringify(key)}: ${jsonText(item, inner)}`)
    .join(',\n')}\n${indent}}`
}

function oneLine(value: Json): string {
  if (isList(value)) return `[${value.map(oneLine).join(', ')}]`
  if (!isObject(value)) return stringifyJson(value)
  const entries = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${oneLine(item)}`)
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`
}
