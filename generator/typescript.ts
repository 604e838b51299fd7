import { createRequire } from 'node:module'
import type common from '@ts-morph/common'

export type { ts } from '@ts-morph/common'

let loaded: typeof common | undefined

/**
 * TypeScript's compiler, with its library of types; the copy that ts-morph brings. Loaded when it is first needed, and by `require`, since reading and parsing it takes
 * longer than all else in a small project.
 */
export function typescript(): typeof common {
  loaded ??= createRequire(import.meta.url)('@ts-morph/common') as typeof common
  return loaded
}
