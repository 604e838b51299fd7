// Runs AVA, and ends with what failed and a line of the real counts: N passed, N failed, N skipped.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const root = join(import.meta.dirname, '..')
const ava = join(root, 'node_modules/ava/entrypoints/cli.mjs')
const child = spawn(process.execPath, [ava, '--tap', ...process.argv.slice(2)], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] })

const counts = { passed: 0, failed: 0, skipped: 0 }
/** The lines of each test that failed, its title first: said again at the end, where they are looked for. */
const failures = []
let failing
for await (const line of createInterface({ input: child.stdout })) {
  const result = /^(not )?ok \d+ - (.*?)( # SKIP.*)?$/.exec(line)
  if (result === null) {
    if (line.trim() === '' || /^(TAP version|1\.\.|# \S)/.test(line)) continue
    // What a test logs, as its seed, is a comment in TAP.
    const shown = line.replace(/^# {3}/, '  ')
    console.log(shown)
    failing?.push(shown)
    continue
  }
  const outcome = result[3] !== undefined ? 'skipped' : result[1] !== undefined ? 'failed' : 'passed'
  counts[outcome] += 1
  const told = `${{ passed: '✔', failed: '✘', skipped: '-' }[outcome]} ${result[2]}${outcome === 'skipped' ? ' (SKIPPED)' : ''}`
  console.log(told)
  failing = outcome === 'failed' ? [told] : undefined
  if (failing !== undefined) failures.push(failing)
}
const code = await new Promise((resolve) => (child.exitCode === null ? child.once('exit', resolve) : resolve(child.exitCode)))
for (const lines of failures) console.log(`\n${lines.join('\n')}`)
if (code !== 0 && counts.failed === 0) console.log(`The test run failed beside its tests (exit code ${code}).`)
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`)
process.exit(code ?? 1)
