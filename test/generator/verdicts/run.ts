/**
 * npm run verdicts -- [FIRST] [COUNT]: trials of so many seeds. Prints what contradicts its verdict, and of each code how often something
 * broke where nothing was worse: what never does is told too hard, or shows in nothing that a trial looks at.
 */
import { join, resolve } from 'node:path'
import { changeCodes } from '#generator/compat/change-codes.js'
import { trial } from './trial.js'

const [first = 1, count = 100] = process.argv.slice(2).map(Number)
const folder = join(resolve(import.meta.dirname, '../../../..'), 'build/verdicts')
const tally = new Map<string, { all: number; broke: number }>()
for (let seed = first; seed < first + count; seed += 1) {
  const { names, codes, verdict, broken, wrong } = await trial(seed, folder).catch((error: unknown) => {
    throw new Error(`SEED=${seed}`, { cause: error })
  })
  if (wrong.length > 0 || process.env.VERBOSE !== undefined)
    console.log(`SEED=${seed} ${verdict} by ${names} [${codes}]\n  ${broken.map((text) => text.slice(0, 600)).join('\n  ')}`)
  for (const code of codes.filter((each) => changeCodes[each].verdict === verdict)) {
    const found = tally.get(`${verdict} ${code}`) ?? { all: 0, broke: 0 }
    tally.set(`${verdict} ${code}`, { all: found.all + 1, broke: found.broke + Math.sign(broken.length) })
  }
}
for (const [code, { all, broke }] of [...tally].sort()) console.log(`${code}: ${broke} of ${all} broke`)
