import { readFileSync } from 'node:fs'

/** Of this package; it stands in the header of every generated file. */
export const generatorVersion: string = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version
