/** Goal: the reference pages say what the code says. Method: write them anew, or look for what they must name. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'

const root = join(import.meta.dirname, '../..')

test('docs/errors.md is written from the table of error codes', (t) => {
  const { status, stderr } = spawnSync(process.execPath, [join(root, 'scripts/docs-errors.mjs'), '--check'], { encoding: 'utf8' })
  t.is(status, 0, stderr)
})

test('docs/running.md names every option of an app, and no other', (t) => {
  const config = readFileSync(join(root, 'runtime/app/config.ts'), 'utf8')
  const [, body = ''] = /export interface AppConfig \{\n([\s\S]*?)\n\}/.exec(config) ?? []
  const options = [...body.matchAll(/^ {2}readonly (\w+)\?:/gm)].map(([, name]) => name)
  const page = readFileSync(join(root, 'docs/running.md'), 'utf8')
  const cells = [...page.matchAll(/^\| (`[^|]*`) \|/gm)].flatMap(([, cell]) => [...cell!.matchAll(/`(\w+)`/g)].map(([, name]) => name))
  t.true(options.length > 20)
  t.deepEqual(cells.sort(), options.sort())
})
