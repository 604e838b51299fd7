/** The job that bench/kafka.ts measures, in a process of its own: `login-job BROKERS IN OUT EXPECTED GUARANTEE`. Prints one line of JSON. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { StreamApp } from 'millrace/codegen'
import { loginAttemptsTopology } from './jobs/generated/login-attempts/topology.js'
import { Seen, Suspicious } from './jobs/generated/login-attempts.js'

const [brokers = '', input = '', output = '', expected = '', guarantee] = process.argv.slice(2)
const processingGuarantee = guarantee === 'exactlyOnce' ? 'exactlyOnce' : 'atLeastOnce'
let first = 0
let last = 0
let seen = 0
let done: () => void = () => {}
const all = new Promise<void>((resolve) => {
  done = resolve
})

class FromFirst extends Suspicious {
  protected override test(record: Suspicious.In): boolean {
    if (first === 0) first = performance.now()
    return super.test(record)
  }
}

class Counted extends Seen {
  protected override peek(): void {
    seen += 1
    if (seen < Number(expected)) return
    last = performance.now()
    done()
  }
}

const application = `millrace-${processingGuarantee}-${Date.now()}`
const stateDir = mkdtempSync(join(tmpdir(), 'millrace-bench-'))
const spec = loginAttemptsTopology({ suspicious: FromFirst, seen: Counted })
const { logins, attempts } = spec.topics
const topics = { logins: { ...logins!, name: input }, attempts: { ...attempts!, name: output } }
const app = new StreamApp(
  { ...spec, topics },
  {
    brokers: brokers.split(','),
    application,
    stateDir,
    processingGuarantee,
    createTopics: true,
  },
)
const start = performance.now()
await app.start()
await all
const whole = (performance.now() - start) / 1000
await app.close()
rmSync(stateDir, { recursive: true, force: true })
console.log(JSON.stringify({ counted: seen, seconds: (last - first) / 1000, wholeSeconds: whole }))
