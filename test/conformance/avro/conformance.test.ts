/**
 * Goal: generated types and serdes do what Avro's reference implementation does, to the byte.
 * Method: all recorded vectors (test/avro-vectors/README.md) through generated code, compiled by tsc; as `npm run avro-conformance` does.
 */
import { join } from 'node:path'
import test from 'ava'
import { runVectors } from './conformance.js'
import { findVectors } from './vectors.js'

const folder = join(import.meta.dirname, '../../../../test/avro-vectors')

test('every recorded vector gives the same bytes, values, resolutions and verdicts', async (t) => {
  const vectors = findVectors(folder)
  const { differences, checks } = await runVectors('avro-conformance-test', vectors)
  t.deepEqual(differences, [])
  t.true(vectors.length >= 100)
  t.true(checks >= 4000)
})
