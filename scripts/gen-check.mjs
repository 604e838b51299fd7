// Checks that all committed generated code is what gen would write now (or writes it: --write).
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const folders = readdirSync(join(root, 'examples'))
  .map((name) => `examples/${name}/schemas`)
  .concat('test/conformance/topologies', 'bench/jobs/schemas', 'test/integration/registry/shop/schemas')
  .filter((folder) => existsSync(join(root, folder)))
const check = process.argv.includes('--write') ? [] : ['--check']
const bin = join(root, 'generator/dist/bin.js')
const failed = folders.filter((folder) => {
  const { status } = spawnSync(process.execPath, [bin, folder, ...check], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] })
  return status !== 0
})
if (failed.length > 0) console.error(`gen${check.length > 0 ? ' --check' : ''} failed in: ${failed.join(', ')}`)
process.exit(failed.length > 0 ? 1 : 0)
