// Checks that all committed generated code is what gen would write now (or writes it: --write).
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const examples = readdirSync(join(root, 'examples')).map((name) => [`examples/${name}/schemas`])
// These never run on state that was kept: a lock would only be in the way of their changes.
const others = [
  ['test/conformance/topologies', '--no-lock'],
  ['bench/jobs/schemas', '--no-lock'],
  ['test/integration/registry/shop/schemas', '--no-lock'],
]
const runs = [...examples, ...others].filter(([folder]) => existsSync(join(root, folder)))
const check = process.argv.includes('--write') ? [] : ['--check']
const bin = join(root, 'generator/dist/bin.js')
const failed = runs.filter((args) => {
  const { status } = spawnSync(process.execPath, [bin, ...args, ...check], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] })
  return status !== 0
})
if (failed.length > 0) console.error(`gen${check.length > 0 ? ' --check' : ''} failed in: ${failed.map(([folder]) => folder).join(', ')}`)
process.exit(failed.length > 0 ? 1 : 0)
