/** Goal: docs/errors.md lists every error code as it is. Method: write it anew and compare. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import test from 'ava'

test('docs/errors.md is written from the table of error codes', (t) => {
  const script = join(import.meta.dirname, '../../scripts/docs-errors.mjs')
  const { status, stderr } = spawnSync(process.execPath, [script, '--check'], { encoding: 'utf8' })
  t.is(status, 0, stderr)
})
