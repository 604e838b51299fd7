/** Goal: tasks are spread evenly, stay where they run, and follow their state. Method: random groups that members join and leave, from a printed seed. */
import test from 'ava'
import { type AssignableTask, assignStandbys, assignTasks, type Candidate } from '#runtime/app/assignment.js'
import { Random } from '../../helpers/random.js'

const { seed } = new Random()

function randomTasks(random: Random): AssignableTask[] {
  return Array.from({ length: random.int(1, 5) }, (_, subTopology) => {
    const stateful = random.chance(0.5)
    return Array.from({ length: random.int(1, 12) }, (_, partition) => ({
      id: `${subTopology}_${partition}`,
      subTopology,
      stateful,
    }))
  }).flat()
}

function candidate(
  id: string,
  active: readonly string[] = [],
  positions: Readonly<Record<string, number>> = {},
  standbys: readonly string[] = [],
): Candidate {
  return { id, active: new Set(active), standbys: new Set(standbys), positions: new Map(Object.entries(positions)) }
}

type Assignment = ReadonlyMap<string, readonly string[]>

const after = (assignment: Assignment, left: readonly string[]) => left.map((id) => candidate(id, assignment.get(id) ?? []))
const spread = (counts: readonly number[]) => Math.max(...counts) - Math.min(...counts)

function moved(before: Assignment, now: Assignment): number {
  return [...now].flatMap(([id, tasks]) => tasks.filter((task) => !before.get(id)?.includes(task))).length
}

test(`every task has one owner and the load is even, over 300 random groups (seed ${seed})`, (t) => {
  const random = new Random(seed)
  for (let round = 0; round < 300; round += 1) {
    const tasks = randomTasks(random)
    const stateful = new Set(tasks.filter((task) => task.stateful).map(({ id }) => id))
    const members = Array.from({ length: random.int(1, 7) }, (_, index) => {
      const some = tasks.filter(() => random.chance(0.3)).map(({ id }) => id)
      return candidate(`m${index}`, some, Object.fromEntries(some.map((id) => [id, random.int(0, 999)])))
    })
    const assignment = assignTasks(tasks, members)
    t.deepEqual([...assignment.values()].flat().sort(), tasks.map(({ id }) => id).sort())
    t.true(spread([...assignment.values()].map((own) => own.length)) <= 1, `all tasks, round ${round}`)
    t.true(
      spread([...assignment.values()].map((own) => own.filter((id) => stateful.has(id)).length)) <= 1,
      `stateful tasks, round ${round}`,
    )
  }
})

test(`members that stay keep their tasks when one leaves, and a joining one takes only its share, over 300 random groups (seed ${seed})`, (t) => {
  const random = new Random(seed + 1)
  for (let round = 0; round < 300; round += 1) {
    const tasks = randomTasks(random)
    const stateful = new Set(tasks.filter((task) => task.stateful).map(({ id }) => id))
    const ids = Array.from({ length: random.int(2, 7) }, (_, index) => `m${index}`)
    const before = assignTasks(
      tasks,
      ids.map((id) => candidate(id)),
    )
    t.is(moved(before, assignTasks(tasks, after(before, ids))), 0, `nothing changed, round ${round}`)

    const leaver = random.pick(ids)
    const stayed = ids.filter((id) => id !== leaver)
    const without = assignTasks(tasks, after(before, stayed))
    t.is(moved(before, without), before.get(leaver)!.length, `${leaver} left, round ${round}`)

    const joined = assignTasks(tasks, after(without, [...stayed, 'new']))
    const took = joined.get('new')!
    const statefulTook = took.filter((id) => stateful.has(id)).length
    t.true(moved(without, joined) <= Math.ceil(tasks.length / ids.length) + statefulTook, `one joined, round ${round}`)
  }
})

test('a task whose owner is gone goes to the member least behind with its state', (t) => {
  const tasks = [0, 1, 2].map((partition) => ({ id: `0_${partition}`, subTopology: 0, stateful: true }))
  const assignment = assignTasks(tasks, [
    candidate('a', ['0_0'], { '0_0': 10, '0_2': 50 }),
    candidate('b', ['0_1'], { '0_1': 10, '0_2': 900 }),
  ])
  t.deepEqual(
    [...assignment],
    [
      ['a', ['0_0']],
      ['b', ['0_1', '0_2']],
    ],
  )
})

test('a member that comes back with its state on disk gets its own tasks again', (t) => {
  const tasks = [0, 1, 2, 3].map((partition) => ({ id: `0_${partition}`, subTopology: 0, stateful: true }))
  const assignment = assignTasks(tasks, [
    candidate('a', ['0_0', '0_1', '0_2', '0_3'], { '0_0': 9, '0_1': 9, '0_2': 9, '0_3': 9 }),
    candidate('b', [], { '0_1': 5, '0_3': 5 }),
  ])
  t.deepEqual(assignment.get('b'), ['0_1', '0_3'])
})

test('each member gets partitions of every sub-topology', (t) => {
  const tasks = [0, 1].flatMap((subTopology) =>
    [0, 1].map((partition) => ({ id: `${subTopology}_${partition}`, subTopology, stateful: true })),
  )
  const assignment = assignTasks(tasks, [candidate('a'), candidate('b')])
  for (const own of assignment.values())
    t.deepEqual(
      own.map((id) => id[0]),
      ['0', '1'],
    )
})

test(`standbys: as many as were asked for, never where the task runs, even, and where they were before, over 300 random groups (seed ${seed})`, (t) => {
  const random = new Random(seed + 2)
  for (let round = 0; round < 300; round += 1) {
    const tasks = randomTasks(random)
    const ids = Array.from({ length: random.int(1, 7) }, (_, index) => `m${index}`)
    const replicas = random.int(0, 3)
    const active = assignTasks(
      tasks,
      ids.map((id) => candidate(id)),
    )
    const standbys = assignStandbys(
      tasks,
      active,
      ids.map((id) => candidate(id)),
      replicas,
    )
    for (const { id } of tasks) {
      const keepers = ids.filter((member) => standbys.get(member)!.includes(id))
      t.is(keepers.length, Math.min(replicas, ids.length - 1), `${id}, round ${round}`)
      t.false(keepers.some((member) => active.get(member)!.includes(id)))
    }
    for (const own of standbys.values()) t.is(new Set(own).size, own.length)
    t.true(spread([...standbys.values()].map((own) => own.length)) <= 1 + replicas, `even, round ${round}`)

    const settled = ids.map((id) => {
      const states = [...active.get(id)!, ...standbys.get(id)!].map((task) => [task, random.int(0, 999)] as const)
      return candidate(id, active.get(id)!, Object.fromEntries(states), standbys.get(id)!)
    })
    t.deepEqual(assignTasks(tasks, settled), active)
    t.deepEqual(assignStandbys(tasks, active, settled, replicas), standbys, `nothing changed, round ${round}`)
  }
})
