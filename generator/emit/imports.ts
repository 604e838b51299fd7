import type { Import } from '../model/data-type.js'

/**
 * Import declarations, packages first, sorted by module and name. `path` is where they stand (`types/seed/login-event`); packages are what starts with
 * neither a generated folder nor a dot. `extension` is put after paths: `.js`, or `.ts` for those who strip types.
 */
export function importLines(imports: readonly Import[], path: string, extension: string): string {
  const modules = new Map<string, Map<string, Import>>()
  for (const entry of imports) {
    const names = modules.get(entry.from) ?? new Map<string, Import>()
    const key = `${entry.name} ${entry.as ?? ''}`
    if (names.get(key)?.typeOnly !== false) names.set(key, entry)
    modules.set(entry.from, names)
  }
  return [...modules.entries()]
    .map(([from, names]) => ({ from: isPackage(from) ? from : `${relative(path, from)}${extension}`, names: [...names.values()] }))
    .sort((a, b) => Number(isPackage(b.from)) - Number(isPackage(a.from)) || (a.from < b.from ? -1 : 1))
    .map(({ from, names }) => line(names, from))
    .join('')
}

function line(imports: readonly Import[], from: string): string {
  const onlyTypes = imports.every(({ typeOnly }) => typeOnly)
  const names = imports
    .map(({ name, as, typeOnly }) => ({
      name,
      text: `${typeOnly && !onlyTypes ? 'type ' : ''}${as === undefined ? name : `${name} as ${as}`}`,
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ text }) => text)
  const keyword = onlyTypes ? 'import type' : 'import'
  const line = `${keyword} { ${names.join(', ')} } from '${from}'\n`
  return line.length <= 141 ? line : `${keyword} {\n${names.map((name) => `  ${name},\n`).join('')}} from '${from}'\n`
}

function isPackage(from: string): boolean {
  return /^millrace(?:\/(?:codegen|testing))?$/.test(from)
}

/** From one file to another, both from the same root, or absolute. */
function relative(path: string, target: string): string {
  const [from, to] = [path.split('/').slice(0, -1), target.split('/')]
  let shared = 0
  while (shared < from.length && shared < to.length - 1 && from[shared] === to[shared]) shared += 1
  return `${'../'.repeat(from.length - shared) || './'}${to.slice(shared).join('/')}`
}
