/**
 * Goal: whatever schemas and manifests say, gen answers with problems at their places or with code that compiles and loads; it never throws.
 * Method: folders of the repository, spoilt at random, and random schemas; SEED (printed) and RUNS may be set, `npm run fuzz` goes on for longer.
 */
import test from 'ava'
import { Random } from '../helpers/random.js'
import { Fuzzer } from './fuzz/fuzzer.js'

test('random and spoilt folders give problems, or code that compiles and loads', async (t) => {
  const fuzzer = new Fuzzer(Random.freshSeed())
  // At once, for the case that it hangs.
  console.log(`SEED=${fuzzer.seed}`)
  await fuzzer.round(Number(process.env.RUNS ?? 500))
  t.log(`${fuzzer.runs} folders, ${fuzzer.accepted} taken`)
  t.is(fuzzer.finds.join('\n\n'), '')
  t.true(fuzzer.accepted > fuzzer.runs / 20, `only ${fuzzer.accepted} of ${fuzzer.runs} were taken`)
})
