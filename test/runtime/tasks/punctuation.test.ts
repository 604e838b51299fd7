/** Goal: punctuations fall due as in Kafka Streams (KIP-138). Method: a queue of schedules, run at chosen times. */
import test from 'ava'
import { isStreamError } from 'millrace'
import { PunctuationQueue } from '#runtime/tasks/punctuation.js'

test('a schedule runs at its start and then every interval, with the time of the run', (t) => {
  const queue = new PunctuationQueue()
  const times: number[] = []
  queue.schedule(0, 10, (time) => times.push(time))
  for (const now of [0, 5, 9, 10, 19, 20]) queue.run(now)
  t.deepEqual(times, [0, 10, 20])
})

test('after a gap it runs once; the next is due at the next multiple from the start', (t) => {
  const queue = new PunctuationQueue()
  const times: number[] = []
  queue.schedule(0, 10, (time) => times.push(time))
  queue.run(0)
  queue.run(57)
  t.is(queue.nextTime, 60)
  queue.run(59)
  queue.run(60)
  t.deepEqual(times, [0, 57, 60])
})

test('a gap that ends on a multiple counts as that multiple', (t) => {
  const queue = new PunctuationQueue()
  queue.schedule(0, 10, () => {})
  queue.run(50)
  t.is(queue.nextTime, 60)
})

test('cancelled schedules do not run, also when cancelled while running', (t) => {
  const queue = new PunctuationQueue()
  const ran: string[] = []
  const first = queue.schedule(0, 10, () => ran.push('first'))
  const second = queue.schedule(0, 10, () => {
    ran.push('second')
    second.cancel()
  })
  first.cancel()
  t.true(queue.run(0))
  t.false(queue.run(100))
  t.deepEqual(ran, ['second'])
  t.is(queue.nextTime, undefined)
})

test('what is scheduled by a punctuation and due already runs in the same turn', (t) => {
  const queue = new PunctuationQueue()
  const ran: string[] = []
  const outer = queue.schedule(0, 10, () => {
    outer.cancel()
    ran.push('outer')
    queue.schedule(0, 10, () => ran.push('inner'))
  })
  queue.run(5)
  t.deepEqual(ran, ['outer', 'inner'])
})

test('schedules run by the time they are due', (t) => {
  const queue = new PunctuationQueue()
  const ran: string[] = []
  queue.schedule(30, 100, () => ran.push('c'))
  queue.schedule(10, 100, () => ran.push('a'))
  queue.schedule(20, 100, () => ran.push('b'))
  queue.run(50)
  t.deepEqual(ran, ['a', 'b', 'c'])
})

test('less than a millisecond is refused', (t) => {
  const error = t.throws(() => new PunctuationQueue().schedule(0, 0, () => {}))
  t.true(isStreamError(error) && error.code === 'INVALID_ARGUMENT')
})
