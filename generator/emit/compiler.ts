import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** Where the runtime's types are if they cannot be found from a folder: this package's own. */
export function runtimeTypes(folder: string): string | undefined {
  try {
    createRequire(join(folder, 'index.js')).resolve('millrace/codegen')
    return undefined
  } catch {
    return dirname(createRequire(import.meta.url).resolve('millrace/codegen'))
  }
}

export function hasNodeTypes(folder: string): boolean {
  for (let path = folder; ; path = dirname(path)) {
    if (existsSync(join(path, 'node_modules/@types/node/package.json'))) return true
    if (dirname(path) === path) return false
  }
}
