/** Goal: a task moves only as task-state.ts draws. Method: every pair of states. */
import test from 'ava'
import { isStreamError } from 'millrace'
import { type TaskState, transition } from '#runtime/tasks/task-state.js'

const states: readonly TaskState[] = ['created', 'restoring', 'running', 'suspended', 'closed']
const allowed = new Set([
  'created restoring',
  'created suspended',
  'restoring running',
  'restoring suspended',
  'running suspended',
  'suspended restoring',
  'suspended closed',
])

for (const from of states) {
  for (const to of states) {
    const expected = allowed.has(`${from} ${to}`)
    test(`${from} → ${to} is ${expected ? 'allowed' : 'refused'}`, (t) => {
      if (expected) {
        t.is(transition('0_0', from, to), to)
        return
      }
      const error = t.throws(() => transition('0_0', from, to))
      t.true(isStreamError(error) && error.code === 'INVALID_STATE' && error.details.task === '0_0')
    })
  }
}
