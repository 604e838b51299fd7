/** Goal: each topology does what Kafka Streams 4.1 does. Method: replay what Kafka Streams' own driver was recorded doing, on both kinds of store. */
import test from 'ava'
import { lmdbBackend } from 'millrace/lmdb'
import { replay } from './replay.js'
import { specOf } from './topologies.js'
import { loadVectors } from './vectors.js'

for (const vector of loadVectors()) {
  test(`${vector.name}, seed ${vector.seed}: as Kafka Streams, in memory and on LMDB`, async (t) => {
    const spec = await specOf(vector.name)
    t.truthy(spec)
    t.deepEqual(replay(vector, spec!), [])
    t.deepEqual(replay(vector, spec!, { stateBackend: lmdbBackend }), [])
  })
}
