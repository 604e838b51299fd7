// A clock turned by hand rings its alarms as the system's would: in order, at their time, those set meanwhile too.
import test from 'ava'
import { ManualClock } from '#runtime/core/clock.js'

test('alarms ring while the clock is moved, in order of their time, and see that time', (t) => {
  const clock = new ManualClock(100)
  const rung: string[] = []
  const ring = (name: string) => () => rung.push(`${name} at ${clock.now()}`)
  clock.alarm(30, ring('c'))
  clock.alarm(10, () => {
    ring('a')()
    clock.alarm(5, ring('b'))
    clock.alarm(100, ring('later'))
  })
  clock.alarm(30, ring('d'))
  const cancel = clock.alarm(20, ring('cancelled'))
  cancel()
  clock.advance(9)
  t.deepEqual(rung, [])
  clock.advance(41)
  t.deepEqual(rung, ['a at 110', 'b at 115', 'c at 130', 'd at 130'])
  t.is(clock.now(), 150)
  clock.advance(60)
  t.is(rung.at(-1), 'later at 210')
})
