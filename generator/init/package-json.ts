type Section = Readonly<Record<string, string>>
type Sections = 'scripts' | 'dependencies' | 'devDependencies'
type PackageJson = { readonly type?: unknown } & { readonly [section in Sections]?: Section }

/** A package.json with what it lacked, and the names of that. */
export interface Extended {
  readonly text: string
  readonly added: readonly string[]
}

/** What `npm init` puts under `test`: nobody's. */
const placeholder = 'echo "Error: no test specified" && exit 1'

/** Adds the scripts and dependencies of `wanted` that `text` does not have, and changes nothing else. Undefined if it is no package.json. */
export function extendPackageJson(text: string, wanted: string): Extended | undefined {
  const found = parse(text)
  if (found === undefined) return undefined
  const needed = parse(wanted) ?? {}
  const known = { ...found.dependencies, ...found.devDependencies }
  const missing = (section: Sections): Section => {
    const has = section === 'scripts' ? (found.scripts ?? {}) : known
    const isMissing = (name: string) => !Object.hasOwn(has, name) || has[name] === placeholder
    return Object.fromEntries(Object.entries(needed[section] ?? {}).filter(([name]) => isMissing(name)))
  }
  const result: Record<string, unknown> = { ...found }
  const added: string[] = []
  for (const section of ['scripts', 'dependencies', 'devDependencies'] as const) {
    const rows = missing(section)
    if (Object.keys(rows).length === 0) continue
    result[section] = { ...found[section], ...rows }
    added.push(...Object.keys(rows).map((name) => `${section}.${name}`))
  }
  if (added.length === 0) return { text, added }
  const indent = /^[ \t]+(?=")/m.exec(text)?.[0] ?? '  '
  return { text: `${JSON.stringify(result, null, indent)}\n`, added }
}

/** Does it make ECMAScript modules of `.js` files, which generated code is? */
export function isModule(text: string): boolean {
  return parse(text)?.type === 'module'
}

function parse(text: string): PackageJson | undefined {
  try {
    const value: unknown = JSON.parse(text.replace(/^\uFEFF/, ''))
    if (!isObject(value)) return undefined
    const sections = ['scripts', 'dependencies', 'devDependencies'].map((section) => value[section])
    return sections.every((section) => section === undefined || isObject(section)) ? (value as PackageJson) : undefined
  } catch {
    return undefined
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
