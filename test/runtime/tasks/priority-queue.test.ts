/** Goal: of equal priorities the queue gives out the one that Java's would. Method: a run recorded from java.util.PriorityQueue. */
import test from 'ava'
import { PriorityQueue } from '#runtime/tasks/priority-queue.js'

/** A digit adds an item of that priority, `-` polls one; items are numbered as they are added. */
const calls = '2-2-1-3-2-1030-00-2--11--013-3-20-00-31130-32-23023-110-1-20'
const polled = '0 1 2 3 4 6 8 10 9 5 13 14 12 19 20 21 26 31 36 24 39 34 37 35 23 15 32 11 38 28 29 18 17 16 25 27 30 33 7 22'

test('ties come out in the order of java.util.PriorityQueue', (t) => {
  const queue = new PriorityQueue<readonly [priority: number, id: number]>(([priority]) => priority)
  const out: number[] = []
  let id = 0
  for (const call of calls) {
    if (call === '-') out.push(queue.poll()![1])
    else queue.add([Number(call), id++])
  }
  while (queue.size > 0) out.push(queue.poll()![1])
  t.is(out.join(' '), polled)
  t.is(queue.poll(), undefined)
})
