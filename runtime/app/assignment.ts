/** Who runs which task: balanced first, then as it was, then where the state is. Pure: same input, same assignment. */

export interface AssignableTask {
  /** `<sub-topology>_<partition>` */
  readonly id: string
  readonly subTopology: number
  readonly stateful: boolean
}

export interface Candidate {
  readonly id: string
  /** Tasks that it ran until now. */
  readonly active: ReadonlySet<string>
  /** Tasks that it kept the state of. */
  readonly standbys: ReadonlySet<string>
  /** How far its state of a task has come: the sum of its changelog positions, for tasks whose state it has. The highest is least behind. */
  readonly positions: ReadonlyMap<string, number>
}

/**
 * Candidate id to the ids of its tasks. Stateful tasks are even among candidates (to one), and so are all tasks. A task stays where it
 * runs as far as that allows, so losing a candidate moves only its tasks; the others go to who has most of their state.
 * `candidates` must not be empty.
 */
export function assignTasks(tasks: readonly AssignableTask[], candidates: readonly Candidate[]): ReadonlyMap<string, readonly string[]> {
  const seats = [...candidates].sort((a, b) => (a.id < b.id ? -1 : 1)).map((candidate) => new Seat(candidate))
  const stateful = tasks.filter((task) => task.stateful)
  const stateless = tasks.filter((task) => !task.stateful)
  for (const seat of seats) seat.expected = stateless.filter(({ id }) => seat.candidate.active.has(id)).length
  place(stateful, seats)
  place(stateless, seats)
  return new Map(seats.map((seat) => [seat.candidate.id, seat.tasks.map((task) => task.id).sort(byTask)]))
}

/**
 * Candidate id to the ids of tasks that it keeps the state of, beside those that run them: of each task `replicas` other candidates, or as many as there are. They
 * are even among candidates (to one, where who runs the tasks allows it), stay where they are as far as that goes, else go to who has most of the state.
 */
export function assignStandbys(
  tasks: readonly AssignableTask[],
  active: ReadonlyMap<string, readonly string[]>,
  candidates: readonly Candidate[],
  replicas: number,
): ReadonlyMap<string, readonly string[]> {
  const copies = Math.min(replicas, candidates.length - 1)
  const seats = [...candidates].sort((a, b) => (a.id < b.id ? -1 : 1)).map((candidate) => new Seat(candidate))
  const mayTake = ({ candidate, tasks }: Seat, task: AssignableTask) =>
    !tasks.includes(task) && !active.get(candidate.id)?.includes(task.id)
  for (const task of tasks) {
    for (let copy = 0; copy < copies; copy += 1) {
      const free = seats.filter((seat) => mayTake(seat, task))
      best(free, (seat) => [
        seat.candidate.standbys.has(task.id) ? 0 : 1,
        -seat.position(task),
        seat.tasks.length,
        seat.ofSubTopology(task),
      ])?.tasks.push(task)
    }
  }
  levelStandbys(seats, mayTake)
  return new Map(seats.map((seat) => [seat.candidate.id, seat.tasks.map((task) => task.id).sort(byTask)]))
}

/** Moves standbys to who has two fewer or less, and may take them, until there is nothing to move. */
function levelStandbys(seats: readonly Seat[], mayTake: (seat: Seat, task: AssignableTask) => boolean): void {
  for (;;) {
    const moves = seats.flatMap((from) =>
      seats.flatMap((to) => {
        if (from.tasks.length - to.tasks.length < 2) return []
        return from.tasks.filter((task) => mayTake(to, task)).map((task) => ({ from, to, task }))
      }),
    )
    const move = best(moves, ({ from, to, task }) => [
      to.tasks.length - from.tasks.length,
      from.candidate.standbys.has(task.id) ? 1 : 0,
      -to.position(task),
    ])
    if (move === undefined) return
    move.from.tasks.splice(move.from.tasks.indexOf(move.task), 1)
    move.to.tasks.push(move.task)
  }
}

/** A candidate and what it has been given. */
class Seat {
  readonly candidate: Candidate
  readonly tasks: AssignableTask[] = []
  /** Stateless tasks that are likely to stay with it: a tie goes to who has fewer. */
  expected = 0

  constructor(candidate: Candidate) {
    this.candidate = candidate
  }

  ofSubTopology(task: AssignableTask): number {
    return this.tasks.filter((own) => own.subTopology === task.subTopology).length
  }

  position(task: AssignableTask): number {
    return this.candidate.positions.get(task.id) ?? -1
  }
}

/** Gives tasks of one kind to who runs them, else to who has their state, else to who has least; then makes it even. */
function place(tasks: readonly AssignableTask[], seats: readonly Seat[]): void {
  const left = tasks.filter((task) => {
    const owners = seats.filter((seat) => seat.candidate.active.has(task.id))
    const holders = owners.length > 0 ? owners : seats.filter((seat) => seat.position(task) >= 0)
    const keeper = best(holders, (seat) => [-seat.position(task), seat.tasks.length])
    keeper?.tasks.push(task)
    return keeper === undefined
  })
  for (const task of left) {
    best(seats, (seat) => [seat.tasks.length, seat.expected, seat.ofSubTopology(task)])?.tasks.push(task)
  }
  level(tasks, seats)
}

/** Moves tasks from the fullest seat to the emptiest until none has two more than another. */
function level(tasks: readonly AssignableTask[], seats: readonly Seat[]): void {
  const movable = new Set(tasks)
  for (;;) {
    const full = best(seats, (seat) => [-seat.tasks.length])
    const empty = best(seats, (seat) => [seat.tasks.length])
    if (full === undefined || empty === undefined || full.tasks.length - empty.tasks.length < 2) return
    const task = best(
      full.tasks.filter((own) => movable.has(own)),
      // A task that ran there before, then the one whose state is there, then from where its sub-topology is crowded.
      (own) => [empty.candidate.active.has(own.id) ? 0 : 1, -empty.position(own), empty.ofSubTopology(own) - full.ofSubTopology(own)],
    )
    if (task === undefined) return
    full.tasks.splice(full.tasks.indexOf(task), 1)
    empty.tasks.push(task)
  }
}

/** The first item with the lowest rank, compared number by number. */
function best<T>(items: readonly T[], rank: (item: T) => readonly number[]): T | undefined {
  let winner: T | undefined
  let lowest: readonly number[] = []
  for (const item of items) {
    const ranks = rank(item)
    if (winner !== undefined && compare(ranks, lowest) >= 0) continue
    winner = item
    lowest = ranks
  }
  return winner
}

function compare(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((value, index) => value !== b[index])
  return at < 0 ? 0 : a[at]! - b[at]!
}

/** `0_2` before `0_10` before `1_0`. */
function byTask(a: string, b: string): number {
  return compare(a.split('_').map(Number), b.split('_').map(Number))
}
