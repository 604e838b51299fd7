/** Goal: attempts from suspicious addresses are counted per user, and counted once. Method: the generated driver, also killed and restarted. */
import test from 'ava'
import { lmdbBackend } from 'millrace/lmdb'
import { loginEvent } from './events.js'
import { LoginAttemptsDriver } from './generated/login-attempts/driver.js'
import type { LoginEvent } from './generated/types/seed/login-event.js'
import { PerUser, SuspiciousIps } from './processors.js'

const logic = { suspicious: SuspiciousIps, byUser: PerUser }

function attempt(user: string, ip: string): LoginEvent {
  return { user, ip, userAgent: null, success: false, at: 0 }
}

test('attempts from 10.0.0.0/8 are counted per user, others are not', (t) => {
  using driver = new LoginAttemptsDriver(logic)
  const { logins } = driver.inputs
  logins.pipe(null, attempt('alice', '10.1.2.3'))
  logins.pipe(null, attempt('alice', '100.1.2.3'))
  logins.pipe(null, attempt('bob', '10.1.2.3'))
  logins.pipe(null, attempt('alice', '10.9.9.9'))
  t.deepEqual(driver.outputs.attempts.readKeyValues(), [
    { key: 'alice', value: 1 },
    { key: 'bob', value: 1 },
    { key: 'alice', value: 2 },
  ])
})

test('killed in the middle and started again, the job has the same counts as one that never stopped', (t) => {
  const events = Array.from({ length: 500 }, (_, n) => loginEvent(1, n, n))
  const countsOf = (options: { readonly kill: boolean }) => {
    using driver = new LoginAttemptsDriver(logic, { partitions: 2, stateBackend: lmdbBackend })
    for (const [n, event] of events.entries()) {
      driver.inputs.logins.pipe(null, event)
      if (!options.kill || n % 100 !== 50) continue
      driver.crash()
      driver.restart({ wipeState: n === 250 })
    }
    return new Map(driver.stores.attemptsPerUser.all().map(({ key, value }) => [key, value]))
  }
  const expected = countsOf({ kill: false })
  t.true(expected.size > 10)
  t.deepEqual([...countsOf({ kill: true })].sort(), [...expected].sort())
})

test('the events made are the same for the same seed', (t) => {
  t.deepEqual(loginEvent(7, 3, 0), loginEvent(7, 3, 0))
  t.notDeepEqual(loginEvent(7, 3, 0), loginEvent(7, 4, 0))
  t.notDeepEqual(loginEvent(7, 3, 0), loginEvent(8, 3, 0))
})
