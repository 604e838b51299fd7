/**
 * Goal: what `gen compat` says of a change is what comes of it. Method: random projects, changed at random as their authors would, run before and after
 * on the embedded broker, over the same state and over changelogs alone. Where all is told to be safe the new version starts, finds the rows that the old one
 * left, takes its records that are on their way, and can be taken back; where a reset is told, the new version runs after it. The same trials each time, so that
 * a change is told of by what it changed; SEED runs one; `npm run verdicts` runs others, and tells how often each code was right.
 */
import { rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import test from 'ava'
import type { Verdict } from '#generator/compat/change-codes.js'
import { type Outcome, trial } from './verdicts/trial.js'

/** Below the project, where generated code finds the runtime. */
const folder = join(resolve(import.meta.dirname, '../../..'), 'build/verdicts', String(process.pid))
test.after.always(() => rmSync(folder, { recursive: true, force: true }))

test('what is told to be safe is, and what needs a reset runs after it', async (t) => {
  t.timeout(300_000)
  const seeds = process.env.SEED === undefined ? Array.from({ length: 80 }, (_, index) => index + 1) : [Number(process.env.SEED)]
  const outcomes: Outcome[] = []
  for (const seed of seeds) {
    const outcome = await trial(seed, folder).catch((error: unknown) => {
      throw new Error(`SEED=${seed}`, { cause: error })
    })
    outcomes.push(outcome)
    const { names, codes, verdict, wrong } = outcome
    t.deepEqual(wrong, [], `SEED=${seed}: ${verdict} by ${names} (${codes})`)
  }
  // Else nothing that a trial does shows what breaks.
  const hasBroken = (verdict: Verdict) => outcomes.some((outcome) => outcome.verdict === verdict && outcome.broken.length > 0)
  t.true(seeds.length === 1 || (hasBroken('reset') && hasBroken('migration')))
  t.log(`${outcomes.length} changed projects`)
})
