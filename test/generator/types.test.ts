/**
 * Goal: generated code holds its users to the manifest, in the compilers that they have.
 * Method: test/types compiles against golden output, where each line that must not compile carries an expected error.
 */
import { spawnSync } from 'node:child_process'
import { join, resolve } from 'node:path'
import test from 'ava'

const root = resolve(import.meta.dirname, '../../..')

for (const compiler of ['typescript', 'typescript5']) {
  test(`${compiler} agrees with test/types`, (t) => {
    const tsc = join(root, 'node_modules', compiler, 'bin/tsc')
    const { status, stdout } = spawnSync(process.execPath, [tsc, '-p', join(root, 'test/types')], { encoding: 'utf8' })
    t.is(stdout, '')
    t.is(status, 0)
  })
}
