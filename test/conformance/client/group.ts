import test from 'ava'
import type { Assignor, GroupMember } from '#runtime/client/client.js'
import { bytes, type ClientUnderTest, deal, Harness, inTurn, lines, place, pollUntil, record, records, text } from './harness.js'

export function groupSuite(tested: ClientUnderTest): void {
  test('group: a member reads what there is; the next goes on where it was committed', async (t) => {
    const h = await Harness.for(t, tested)
    const topic = await h.topic()
    const at = { topic, partition: 0 }
    const group = h.name('group')
    await h.produce(records(at, 0, 10))
    const first = await h.member(group, [topic])
    await pollUntil([first], () => first.lines().length >= 10)
    t.deepEqual(first.lines(), lines(0, 10))
    t.deepEqual(first.events, [`assigned ${place(at)}`])
    await first.consumer.commit([{ ...at, offset: 6, metadata: 'six' }])
    t.like(await h.client.admin().committedOffsets(group, [at]), [{ ...at, offset: 6, metadata: 'six' }])
    await first.consumer.close()

    const second = await h.member(group, [topic])
    await pollUntil([second], () => second.lines().length >= 4)
    t.deepEqual(second.lines(), lines(6, 10))
  })

  test('group: without a commit, reading starts at the earliest or the latest record, as each topic says', async (t) => {
    const h = await Harness.for(t, tested)
    const [early, late] = [await h.topic(), await h.topic()]
    const [a, b] = [
      { topic: early, partition: 0 },
      { topic: late, partition: 0 },
    ]
    await h.produce([...records(a, 0, 3), ...records(b, 0, 3)])
    await h.client.admin().deleteRecords([{ ...a, offset: 1 }])
    const member = await h.member(h.name('group'), [early, late], { offsetReset: (topic) => (topic === early ? 'earliest' : 'latest') })
    await pollUntil([member], () => member.lines(early).length >= 2)
    await h.produce(records(b, 3, 5))
    await pollUntil([member], () => member.lines(late).length >= 2)
    t.deepEqual(member.lines(early), lines(1, 3))
    t.deepEqual(member.lines(late), lines(3, 5))
  })

  test('group: where the records to be read are gone, a batch without records tells where reading goes on', async (t) => {
    const h = await Harness.for(t, tested)
    const topic = await h.topic()
    const at = { topic, partition: 0 }
    await h.produce(records(at, 0, 3))
    await h.client.admin().deleteRecords([{ ...at, offset: 3 }])
    const member = await h.member(h.name('group'), [topic])
    member.onAssigned = async () => member.consumer.seek(at, 1)
    await pollUntil([member], () => member.batches.length > 0)
    t.like(member.batches[0], { ...at, records: [], nextOffset: 3 })
    await h.produce(records(at, 3, 5))
    await pollUntil([member], () => member.lines().length >= 2)
    t.deepEqual(member.lines(), lines(3, 5))
  })

  test('group: without a commit and a reset of none, a poll fails with OFFSET_MISSING', async (t) => {
    const h = await Harness.for(t, tested)
    const topic = await h.topic()
    const member = await h.member(h.name('group'), [topic], { offsetReset: () => 'none' })
    t.like(await t.throwsAsync(pollUntil([member], () => false)), { code: 'OFFSET_MISSING' })
  })

  test('group: a topic that is missing is TOPIC_MISSING', async (t) => {
    const h = await Harness.for(t, tested)
    const started = h.member(h.name('group'), [h.name('missing')])
    const failing = started.then((member) => pollUntil([member], () => false))
    t.like(await t.throwsAsync(failing), { code: 'TOPIC_MISSING' })
  })

  test('group: two members share the partitions; when one leaves the other has all, and nothing is lost', async (t) => {
    const h = await Harness.for(t, tested)
    const topic = await h.topic(4)
    const partitions = [0, 1, 2, 3].map((partition) => ({ topic, partition }))
    const group = h.name('group')
    await h.produce(partitions.flatMap((at) => records(at, 0, 50)))
    const committing = { onRevoked: (member: typeof a) => member.consumer.commit(member.positions()) }
    const a = Object.assign(await h.member(group, [topic]), committing)
    await pollUntil([a], () => a.lines().length >= 200)
    t.is(a.assigned.length, 4)

    const b = Object.assign(await h.member(group, [topic]), committing)
    await pollUntil([a, b], () => a.assigned.length === 2 && b.assigned.length === 2)
    t.is(a.events[1], ['revoked', ...partitions.map(place)].join(' '))
    t.deepEqual([...a.assigned, ...b.assigned].map(place).sort(), partitions.map(place))
    await h.produce(partitions.flatMap((at) => records(at, 50, 100)))
    await pollUntil([a, b], () => a.lines().length + b.lines().length >= 400)
    t.is(a.lines().length, 300)
    t.is(b.lines().length, 100)

    await b.consumer.commit(b.positions())
    await b.consumer.close()
    await h.produce(partitions.flatMap((at) => records(at, 100, 150)))
    await pollUntil([a], () => a.assigned.length === 4 && a.lines().length >= 500)
    t.is(a.lines().length, 500)
    for (const at of partitions) {
      const all = [a, b].flatMap(({ batches }) => batches.filter((batch) => place(batch) === place(at)).flatMap((batch) => batch.records))
      t.deepEqual(
        all.map(({ offset }) => offset).sort((x, y) => x - y),
        Array.from({ length: 150 }, (_, n) => n),
      )
    }
  })

  test('group: the leader runs the assignor on what all members say, and each hears what it said to it', async (t) => {
    const h = await Harness.for(t, tested)
    const [one, two] = [await h.topic(2), await h.topic(1)]
    const seen: { members: readonly GroupMember[]; partitionsOf: ReadonlyMap<string, number> }[] = []
    const assignor = (says: string): Assignor => ({
      name: 'telling',
      userData: () => bytes(says),
      assign: (members, partitionsOf) => {
        seen.push({ members, partitionsOf })
        return deal(members, partitionsOf, (member) => bytes(`${member.memberId} said ${text(member.userData)}`))
      },
    })
    const group = h.name('group')
    const a = await h.member(group, [one, two], { assignor: assignor('from a') })
    const b = await h.member(group, [one, two], { assignor: assignor('from b') })
    await pollUntil([a, b], () => a.assigned.length > 0 && b.assigned.length > 0 && seen.at(-1)!.members.length === 2)
    const { members, partitionsOf } = seen.at(-1)!
    t.deepEqual([...partitionsOf].sort(), [[one, 2] as const, [two, 1] as const].sort() as [string, number][])
    t.deepEqual(
      members.map(({ memberId, userData, topics }) => [memberId, text(userData), [...topics].sort()]).sort(),
      [
        [a.consumer.memberId(), 'from a', [one, two].sort()],
        [b.consumer.memberId(), 'from b', [one, two].sort()],
      ].sort(),
    )
    t.is(a.userData.at(-1), `${a.consumer.memberId()} said from a`)
    t.is(b.userData.at(-1), `${b.consumer.memberId()} said from b`)
    t.is(a.assigned.length + b.assigned.length, 3)
  })

  test('group: an assignor may give a member nothing but user data, and nobody some partition', async (t) => {
    const h = await Harness.for(t, tested)
    const topic = await h.topic(2)
    const assignor: Assignor = {
      name: 'half',
      userData: () => null,
      assign: (members) =>
        new Map(
          members.map(({ memberId }, n) => [
            memberId,
            { partitions: n === 0 ? [{ topic, partition: 1 }] : [], userData: n === 0 ? null : bytes('idle') },
          ]),
        ),
    }
    const group = h.name('group')
    await h.produce([record({ topic, partition: 0 }, 'k', 'unread'), record({ topic, partition: 1 }, 'k', 'read')])
    const members = [await h.member(group, [topic], { assignor }), await h.member(group, [topic], { assignor })]
    const busy = () => members.filter(({ assigned }) => assigned.length > 0)
    const idle = () => members.filter(({ userData }) => userData.at(-1) === 'idle')
    await pollUntil(members, () => busy().length === 1 && idle().length === 1 && busy()[0]!.lines().length > 0)
    t.deepEqual([...new Set(members.flatMap((member) => member.lines()))], ['k=read'])
    t.deepEqual(idle()[0]!.assigned, [])
  })

  test('group: a member may ask for a rebalance, and is asked for its user data anew', async (t) => {
    const h = await Harness.for(t, tested)
    const topic = await h.topic(2)
    let says = 'before'
    const assignor: Assignor = {
      name: 'changing',
      userData: () => bytes(says),
      assign: (members, partitionsOf) => deal(members, partitionsOf, ({ userData }) => userData),
    }
    const group = h.name('group')
    const a = await h.member(group, [topic], { assignor })
    const b = await h.member(group, [topic], { assignor })
    await pollUntil([a, b], () => a.assigned.length === 1 && b.assigned.length === 1)
    t.is(a.userData.at(-1), 'before')
    const before = a.events.length
    says = 'after'
    a.consumer.requestRebalance()
    await pollUntil([a, b], () => a.userData.at(-1) === 'after' && b.userData.at(-1) === 'after' && b.assigned.length === 1)
    t.true(a.events[before]!.startsWith('revoked'))
  })

  test('group: paused partitions give nothing and lose nothing', async (t) => {
    const h = await Harness.for(t, tested)
    const topic = await h.topic(2)
    const [p0, p1] = [
      { topic, partition: 0 },
      { topic, partition: 1 },
    ]
    await h.produce([...records(p0, 0, 20), ...records(p1, 0, 20)])
    const member = await h.member(h.name('group'), [topic])
    member.onAssigned = async ({ consumer }) => consumer.pause([p0])
    const of = (at: typeof p0) => member.batches.filter((batch) => place(batch) === place(at)).flatMap((batch) => batch.records)
    await pollUntil([member], () => of(p1).length >= 20)
    await h.produce([...records(p0, 20, 30), ...records(p1, 20, 30)])
    await pollUntil([member], () => of(p1).length >= 30)
    t.deepEqual(of(p0), [])
    member.consumer.pause([p1])
    member.consumer.resume([p0])
    await h.produce([...records(p0, 30, 40), ...records(p1, 30, 40)])
    await pollUntil([member], () => of(p0).length >= 40)
    t.is(of(p1).length, 30)
    member.consumer.resume([p1])
    await pollUntil([member], () => of(p1).length >= 40)
    for (const at of [p0, p1]) {
      t.deepEqual(
        of(at).map(({ offset }) => offset),
        Array.from({ length: 40 }, (_, n) => n),
      )
    }
  })

  test('group: pausing and resuming again and again, under load, gives each record once and in order', async (t) => {
    const h = await Harness.for(t, tested)
    const topic = await h.topic(2)
    const partitions = [0, 1].map((partition) => ({ topic, partition }))
    await h.produce(partitions.flatMap((at) => records(at, 0, 2_000)))
    const member = await h.member(h.name('group'), [topic], { maxPollBytes: 4_000 })
    const offsets: number[][] = [[], []]
    for (let round = 0; offsets.some((each) => each.length < 2_000); round++) {
      for (const batch of await member.poll(50)) offsets[batch.partition]!.push(...batch.records.map(({ offset }) => offset))
      member.consumer.pause([partitions[round % 2]!])
      member.consumer.resume([partitions[(round + 1) % 2]!])
    }
    for (const each of offsets) {
      t.deepEqual(
        each,
        Array.from({ length: 2_000 }, (_, n) => n),
      )
    }
  })

  test('group: seek goes on from there, backwards and forwards', async (t) => {
    const h = await Harness.for(t, tested)
    const topic = await h.topic()
    const at = { topic, partition: 0 }
    await h.produce(records(at, 0, 10))
    const member = await h.member(h.name('group'), [topic])
    member.onAssigned = async ({ consumer }) => consumer.seek(at, 8)
    await pollUntil([member], () => member.lines().length >= 2)
    t.deepEqual(member.lines(), lines(8, 10))
    member.consumer.seek(at, 1)
    await pollUntil([member], () => member.lines().length >= 11)
    t.deepEqual(member.lines().slice(2), lines(1, 10))
    member.consumer.pause([at])
    member.consumer.seek(at, 5)
    member.consumer.resume([at])
    await pollUntil([member], () => member.lines().length >= 16)
    t.deepEqual(member.lines().slice(11), lines(5, 10))
  })

  test('group: a poll that waits gets what is produced meanwhile', async (t) => {
    const h = await Harness.for(t, tested)
    const topic = await h.topic()
    const member = await h.member(h.name('group'), [topic])
    await pollUntil([member], () => member.assigned.length === 1)
    const waiting = pollUntil([member], () => member.lines().length === 1)
    await h.produce(records({ topic, partition: 0 }, 0, 1))
    await waiting
    t.deepEqual(member.lines(), lines(0, 1))
  })

  test('group: heartbeats and commits are taken between polls', async (t) => {
    const h = await Harness.for(t, tested)
    const topic = await h.topic()
    const at = { topic, partition: 0 }
    const group = h.name('group')
    const member = await h.member(group, [topic], { assignor: inTurn })
    await pollUntil([member], () => member.assigned.length === 1)
    await member.consumer.heartbeat()
    await member.consumer.commit([{ ...at, offset: 0 }])
    t.is(await h.offsetOf(group, at), 0)
  })

  if (tested.dropsSilentMembers) {
    test('group: who does not poll loses its partitions, may not commit any more, and hears of it at its next poll', async (t) => {
      const h = await Harness.for(t, tested)
      const topic = await h.topic(2)
      const at = { topic, partition: 0 }
      const group = h.name('group')
      const timeouts = { sessionTimeoutMs: 6_000, rebalanceTimeoutMs: 1_000 }
      const silent = await h.member(group, [topic], timeouts)
      await pollUntil([silent], () => silent.assigned.length === 2)
      const other = await h.member(group, [topic], timeouts)
      await pollUntil([other], () => other.assigned.length === 2)
      t.like(await t.throwsAsync(silent.consumer.commit([{ ...at, offset: 1 }])), { code: 'TASK_MIGRATED' })
      t.is(await h.offsetOf(group, at), undefined)
      await pollUntil([silent, other], () => silent.assigned.length === 1 && other.assigned.length === 1)
      t.is(silent.events[1], `lost ${topic}-0 ${topic}-1`)
    })
  }
}
