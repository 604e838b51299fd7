/** npm run fuzz -- [--seed N] [--seconds S]: fuzzes gen for a while (default: a minute), prints what it finds, and exits with 1 if it finds anything. */
import { parseArgs } from 'node:util'
import { Random } from '../../helpers/random.js'
import { Fuzzer } from './fuzzer.js'

const { values } = parseArgs({ options: { seed: { type: 'string' }, seconds: { type: 'string', default: '60' } } })
const fuzzer = new Fuzzer(values.seed === undefined ? Random.freshSeed() : Number(values.seed))
console.log(`SEED=${fuzzer.seed}`)
const until = Date.now() + Number(values.seconds) * 1000
for (let shown = 0; Date.now() < until; ) {
  await fuzzer.round(300)
  for (const find of fuzzer.finds.slice(shown)) console.log(`\n${find}`)
  shown = fuzzer.finds.length
}
console.log(`${fuzzer.runs} folders, ${fuzzer.accepted} taken, ${fuzzer.finds.length} finds`)
process.exit(fuzzer.finds.length === 0 ? 0 : 1)
