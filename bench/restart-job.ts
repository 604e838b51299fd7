/**
 * The job that bench/restart.ts measures, in a process of its own: `restart-job BROKERS TOPIC APPLICATION STATE_DIR EXPECTED kill|close`. Runs until EXPECTED
 * are counted and a commit later, then dies as SIGKILL does, or closes. Prints one line of JSON once it is RUNNING.
 */
import { setTimeout as after } from 'node:timers/promises'
import { StreamApp } from 'millrace/codegen'
import { restartTopology } from './jobs/generated/restart/topology.js'
import { Seen } from './jobs/generated/restart.js'

const [brokers = '', topic = '', application = '', stateDir = '', expected = '0', end] = process.argv.slice(2)
let seen = 0
let done: () => void = () => {}
const all = new Promise<void>((resolve) => {
  done = resolve
})

class Counted extends Seen {
  protected override forEach(): void {
    seen += 1
    if (seen === Number(expected)) done()
  }
}

const spec = restartTopology({ seen: Counted })
const topics = { keys: { ...spec.topics.keys!, name: topic } }
const settings = { brokers: brokers.split(','), application, stateDir, commitIntervalMs: 100, sessionTimeoutMs: 6_000 }
const app = new StreamApp({ ...spec, topics }, settings)
const start = performance.now()
let restored = 0
let from = 0
let to = 0
app.on('restore', ({ done: offsets, finished }) => {
  if (from === 0) from = performance.now()
  if (!finished) return
  restored += offsets
  to = performance.now()
})
await app.start()
console.log(JSON.stringify({ runningAfter: (performance.now() - start) / 1000, restored, seconds: (to - from) / 1000 }))
if (Number(expected) > 0) await all
await after(Number(expected) > 0 ? 2_000 : 0)
if (end === 'kill') process.kill(process.pid, 'SIGKILL')
await app.close()
