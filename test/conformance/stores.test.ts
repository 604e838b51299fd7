/** Goal: memory and LMDB are the same store to what is above them. Method: one suite over both, LMDB in real files. */
import test from 'ava'
import { lmdbBackend } from '#runtime/stores/lmdb-store.js'
import { memoryBackend } from '#runtime/stores/memory-store.js'
import { temporaryDirectories } from '../helpers/directories.js'
import { type BackendUnderTest, storeSuite } from './store-suite.js'
import { typedStoreSuite } from './typed-store-suite.js'

const temporary = temporaryDirectories(test)

const backends: readonly BackendUnderTest[] = [
  { label: 'memory', place: temporary, open: memoryBackend },
  { label: 'lmdb', place: temporary, open: lmdbBackend },
]

for (const backend of backends) {
  storeSuite(test, backend)
  typedStoreSuite(test, backend)
}
