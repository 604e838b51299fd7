import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Vector } from './replay.js'

/** The project's own copy. */
export const ownVectors = resolve(import.meta.dirname, '../../../test/conformance/vectors')

/** The vectors of a folder, by name and seed. */
export function loadVectors(folder: string = ownVectors): readonly Vector[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')))
}
