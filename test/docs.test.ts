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

for (const { page, source, type, least } of [
  { page: 'docs/running.md', source: 'runtime/app/config.ts', type: 'AppConfig', least: 20 },
  { page: 'docs/registry.md', source: 'runtime/registry/options.ts', type: 'RegistryOptions', least: 8 },
]) {
  test(`${page} names every option of ${type}, and no other`, (t) => {
    const [, body = ''] = new RegExp(`export interface ${type} \\{\\n(.*?)\\n\\}`, 's').exec(readFileSync(join(root, source), 'utf8')) ?? []
    const options = [...body.matchAll(/^ {2}readonly (\w+)\??:/gm)].map(([, name]) => name)
    const text = readFileSync(join(root, page), 'utf8')
    const cells = [...text.matchAll(/^\| (`[^|]*`) \|/gm)].flatMap(([, cell]) => [...cell!.matchAll(/`(\w+)`/g)].map(([, name]) => name))
    t.true(options.length > least)
    t.deepEqual(cells.sort(), options.sort())
  })
}
