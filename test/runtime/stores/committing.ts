/** A process for tests: commits until it is killed or there is no room. Arguments: a directory, and whether state shall `grow` or keep its size. */
import { isStreamError } from '#runtime/core/errors.js'
import { lmdbBackend } from '#runtime/stores/lmdb-store.js'
import type { Mutation } from '#runtime/stores/store.js'

const [directory = '', growth] = process.argv.slice(2)
const backend = lmdbBackend(directory)
const stores = [backend.open('one'), backend.open('two')]

for (let round = (backend.positions().get('input-0') ?? 0) + 1; ; round++) {
  const value = Buffer.alloc(growth === 'grow' ? 1000 : 8)
  value.writeUInt32BE(round)
  const changed: Mutation[] = Array.from({ length: 200 }, (_, at) => [Buffer.from(`key-${at}`), value])
  // Some rows come and go, so that pages are freed and used again.
  const passing: Mutation[] = Array.from({ length: 100 }, (_, at) => [Buffer.from(`passing-${round}-${at}`), value])
  const gone = growth === 'grow' ? [] : [{ from: Buffer.from('passing-'), to: Buffer.from('passing.') }]
  try {
    backend.commit({
      mutations: new Map(stores.map(({ name }) => [name, [...changed, ...passing]])),
      deleteRanges: new Map(stores.map(({ name }) => [name, gone])),
      positions: new Map([
        ['input-0', round],
        ['changelog-0', round],
      ]),
    })
  } catch (error) {
    const rounds = stores.flatMap((store) =>
      [...store.range({ to: Buffer.from('p') })].map((entry) => Buffer.from(entry.value).readUInt32BE()),
    )
    const code = isStreamError(error) ? error.code : String(error)
    process.stdout.write(`${JSON.stringify({ code, round, rounds: [...new Set(rounds)], position: backend.positions().get('input-0') })}\n`)
    process.exit(0)
  }
  process.stdout.write(`${round}\n`)
}
