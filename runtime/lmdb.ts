/** State on disk with LMDB: native code, so an entry of its own. */
export { lmdbBackend } from './stores/lmdb-store.js'
