/** npm run avro-conformance -- [DIR] [name…]: replays Avro vectors; a line per value that differs, counts, exit code 1 on any difference. */
import { resolve } from 'node:path'
import { runVectors } from './conformance.js'
import { findVectors } from './vectors.js'

const [folder = 'test/avro-vectors', ...names] = process.argv.slice(2)
const vectors = findVectors(resolve(folder), names)
if (vectors.length === 0) {
  console.error(`There is no vector (a folder with a schema.avsc) in ${resolve(folder)}.`)
  process.exit(2)
}
const { differences, checks } = await runVectors('avro-conformance', vectors)
for (const difference of differences) console.log(difference)
const failing = new Set(differences.map((difference) => difference.slice(0, difference.indexOf(':'))))
console.log(
  `${vectors.length} vectors, ${vectors.length - failing.size} as the reference; ${checks} checks, ${differences.length} differences`,
)
process.exit(differences.length === 0 ? 0 : 1)
