// Runs the tests that draw lots again and again, each time from another seed, and ends with the seeds that failed: npm run soak -- [MINUTES] [TEST-FILE…]
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const [minutes = '10', ...named] = process.argv.slice(2)
const files = named.length > 0 ? named : compiledTests().filter((file) => drawsLots(join(root, file)))
const until = Date.now() + Number(minutes) * 60_000
const failed = []
let runs = 0
while (Date.now() < until) {
  const seed = Math.floor(Math.random() * 2 ** 31)
  const options = { cwd: root, env: { ...process.env, SEED: String(seed) }, encoding: 'utf8', maxBuffer: 2 ** 30 }
  const { status, stdout } = spawnSync(process.execPath, ['scripts/test.mjs', ...files], options)
  runs += 1
  if (status === 0) continue
  failed.push(seed)
  console.log(`SEED=${seed}\n${stdout.slice(stdout.search(/\n\n✘|The test run failed/))}`)
}
console.log(`${runs} runs of ${files.length} files, ${failed.length} failed${failed.map((seed) => `\n  SEED=${seed}`).join('')}`)
process.exit(failed.length === 0 ? 0 : 1)

function compiledTests() {
  return readdirSync(join(root, 'build/test'), { recursive: true })
    .filter((file) => file.endsWith('.test.js'))
    .map((file) => join('build/test', file))
}

/** It imports the random numbers, or a suite that does. */
function drawsLots(file) {
  const text = readFileSync(file, 'utf8')
  return text.includes('/random.js') || text.includes('store-suite.js')
}
