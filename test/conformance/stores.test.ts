/** Goal: memory and LMDB are the same store to what is above them. Method: one suite over both, LMDB in real files. */
import test from 'ava'
import { lmdbBackend } from '#runtime/stores/lmdb-store.js'
import { memoryBackend } from '#runtime/stores/memory-store.js'
import { temporaryDirectories } from '../helpers/directories.js'
import { storeSuite } from './store-suite.js'

const temporary = temporaryDirectories(test)

storeSuite(test, { label: 'memory', place: temporary, open: memoryBackend })
storeSuite(test, { label: 'lmdb', place: temporary, open: lmdbBackend })
