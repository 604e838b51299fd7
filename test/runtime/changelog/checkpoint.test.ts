/** Goal: a task restores and reads on from where its state and the group stand. Method: the decision, case by case. */
import test from 'ava'
import { commitName, type KnownPositions, lineageName, planRestore, StatePositions } from '#runtime/changelog/checkpoint.js'
import { OffsetMetadataEncoder } from '#runtime/changelog/offset-metadata.js'
import { presenceOf } from '#runtime/changelog/present-stores.js'
import type { CommittedOffset } from '#runtime/client/client.js'

const input = { topic: 'in', partition: 0 }
const changelog = { topic: 'app-s-changelog', partition: 0 }
const own = { store: 's', topicPartition: changelog, persistent: true, isInput: false }

function committed(offset: number, commit?: number, lineage = 5): readonly CommittedOffset[] {
  const numbers =
    commit === undefined
      ? []
      : [
          { name: commitName, value: commit },
          { name: lineageName, value: lineage },
          { name: 'n', value: offset },
        ]
  return [{ ...input, offset, metadata: new OffsetMetadataEncoder(numbers).encode(offset * 10) }]
}

function state(commit: number, groupCommit: number, position: number, changelogPosition: number): ReadonlyMap<string, number> {
  const inputs = [{ name: 'in-0', position, partitionTime: position * 10 }]
  const kept = [{ name: 'n', value: position }]
  return new StatePositions(presenceOf(['s']))
    .of({ commit, groupCommit, lineage: 5, inputs, kept })
    .set('app-s-changelog-0', changelogPosition)
}

function plan(known: Partial<KnownPositions>) {
  const { changelogs, inputPositions, partitionTimes, kept } = planRestore({
    inputs: [input],
    stores: [own],
    state: new Map(),
    committed: [],
    ...known,
  })
  const [{ position, end, skip }] = changelogs as [(typeof changelogs)[number]]
  return { position, end, skip, input: inputPositions.get('in-0'), time: partitionTimes.get('in-0'), kept: kept.get('n') }
}

const nothing = { position: 0, end: undefined, skip: false, input: undefined, time: undefined, kept: undefined }

test('nothing known: all of the changelog, and the offset reset decides', (t) => {
  t.deepEqual(plan({}), nothing)
})

test('no state: all of the changelog, and the group’s offsets', (t) => {
  t.deepEqual(plan({ committed: committed(7, 70) }), { ...nothing, input: 7, time: 70, kept: 7 })
})

test('state at the group’s commit: from its positions, the tail of the changelog is skipped', (t) => {
  t.deepEqual(plan({ state: state(70, 60, 7, 100), committed: committed(7, 70) }), {
    position: 100,
    end: undefined,
    skip: true,
    input: 7,
    time: 70,
    kept: 7,
  })
})

test('state one commit ahead of the group: its own input positions count', (t) => {
  t.deepEqual(plan({ state: state(70, 60, 7, 100), committed: committed(6, 60) }), {
    position: 100,
    end: undefined,
    skip: true,
    input: 7,
    time: 70,
    kept: 7,
  })
})

test('state of another lineage: corrupted, whatever its positions', (t) => {
  for (const offset of [6, 7, 9]) {
    t.throws(() => plan({ state: state(70, 60, 7, 100), committed: committed(offset, 70, 4) }), { code: 'STATE_CORRUPTED' })
  }
  // An earlier version knows of none, and offsets that were set by hand have none.
  const earlier = new Map([...state(70, 60, 7, 100)].filter(([name]) => name !== '#lineage'))
  t.is(plan({ state: earlier, committed: committed(7, 70, 4) }).position, 100)
  t.is(plan({ state: state(70, 60, 7, 100), committed: committed(7) }).position, 100)
  t.is(plan({ state: state(70, 60, 7, 100) }).position, 100)
})

test('state of another commit: the tail is replayed, and the group’s offsets count, be they ahead or behind', (t) => {
  t.deepEqual(plan({ state: state(70, 60, 7, 100), committed: committed(9, 90) }), {
    position: 100,
    end: undefined,
    skip: false,
    input: 9,
    time: 90,
    kept: 9,
  })
  t.deepEqual(plan({ state: state(70, 60, 7, 100), committed: committed(3, 90) }), {
    position: 100,
    end: undefined,
    skip: false,
    input: 3,
    time: 30,
    kept: 3,
  })
})

test('the group’s offsets are gone: only the state knows', (t) => {
  t.deepEqual(plan({ state: state(70, 60, 7, 100) }), { position: 100, end: undefined, skip: true, input: 7, time: 70, kept: 7 })
})

test('offsets set by hand count', (t) => {
  t.deepEqual(plan({ state: state(70, 60, 7, 100), committed: committed(2) }), {
    position: 100,
    end: undefined,
    skip: false,
    input: 2,
    time: 20,
    kept: undefined,
  })
})

test('a store in memory is restored from the start, whatever the state knows', (t) => {
  const result = plan({ stores: [{ ...own, persistent: false }], state: state(70, 60, 7, 100), committed: committed(7, 70) })
  t.deepEqual(result, { position: 0, end: undefined, skip: false, input: 7, time: 70, kept: 7 })
})

test('an input that serves as changelog is restored up to where it is read on', (t) => {
  const table = { store: 's', topicPartition: input, persistent: true, isInput: true }
  t.deepEqual(plan({ stores: [table], committed: committed(7, 70) }), { position: 0, end: 7, skip: false, input: 7, time: 70, kept: 7 })
  t.deepEqual(plan({ stores: [table] }), { ...nothing, end: 0 })
  t.deepEqual(plan({ stores: [table], state: state(70, 60, 7, 100), committed: committed(9, 90) }), {
    position: 7,
    end: 9,
    skip: false,
    input: 9,
    time: 90,
    kept: 9,
  })
})
