/** `npm run conformance -- [DIR] [name…]`: replays vectors on both kinds of store; a line per difference, counts, exit code 1 on any. */
import { existsSync, statSync } from 'node:fs'
import { lmdbBackend } from 'millrace/lmdb'
import { replay, type Vector } from './replay.js'
import { specOf } from './topologies.js'
import { loadVectors, ownVectors } from './vectors.js'

const [first, ...rest] = process.argv.slice(2)
const isFolder = first !== undefined && existsSync(first) && statSync(first).isDirectory()
const folder = isFolder ? first : ownVectors
const names = new Set(isFolder || first === undefined ? rest : [first, ...rest])

let replayed = 0
let differing = 0
for (const vector of loadVectors(folder)) {
  if (names.size > 0 && !names.has(vector.name)) continue
  const spec = await specOf(vector.name)
  for (const [stores, options] of Object.entries({ memory: {}, lmdb: { stateBackend: lmdbBackend } })) {
    replayed += 1
    const problems = spec === undefined ? ['no topology of this name'] : differences(vector, spec, options)
    if (problems.length === 0) continue
    differing += 1
    console.log(`${vector.name} seed ${vector.seed} (${stores}): ${problems[0]}`)
    for (const problem of problems.slice(1)) console.log(`  ${problem}`)
  }
}
console.log(`${replayed - differing} of ${replayed} replays agree, ${differing} differ`)
process.exit(differing > 0 || replayed === 0 ? 1 : 0)

function differences(
  vector: Vector,
  spec: NonNullable<Awaited<ReturnType<typeof specOf>>>,
  options: Parameters<typeof replay>[2],
): string[] {
  try {
    return replay(vector, spec, options).map(
      ({ where, expected, got }) => `${where}\n    expected ${JSON.stringify(expected)}\n    got      ${JSON.stringify(got)}`,
    )
  } catch (error) {
    return [String(error instanceof Error ? error.stack : error)]
  }
}
