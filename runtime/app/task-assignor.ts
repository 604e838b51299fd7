import type { Assignor, GroupMember, MemberAssignment } from '../client/client.js'
import type { TopicPartition } from '../core/record.js'
import type { Topology, TopologyStore } from '../topology/topology.js'
import { type AssignableTask, assignStandbys, assignTasks, type Candidate } from './assignment.js'
import { decodeMember, encodeData, type MemberData, type SubTopologyShape } from './member-data.js'
import { sourceTopics } from './source-topics.js'

/** What this instance tells the group of itself at each join. */
export type Self = () => Omit<MemberData, 'version' | 'topology'>

/** Assigns tasks, not partitions: all partitions of a task go to one member. Runs on the group's leader. */
export class TaskAssignor implements Assignor {
  readonly name = 'millrace'
  readonly #topology: readonly SubTopologyShape[]
  readonly #self: Self
  readonly #replicas: number
  /** Sub-topologies with stores that a standby can keep up to date. */
  readonly #followed: ReadonlySet<number>

  /** `replicas`: standbys of each task. */
  constructor(topology: Topology, self: Self, replicas = 0) {
    this.#topology = topology.subTopologies.map((subTopology) => ({
      sources: sourceTopics(topology, subTopology),
      stores: subTopology.stores.filter(({ global }) => !global).map(({ spec }) => `${spec.name} ${spec.kind}`),
    }))
    this.#self = self
    this.#replicas = replicas
    this.#followed = new Set(topology.subTopologies.filter(({ stores }) => stores.some(canFollow)).map(({ id }) => id))
  }

  userData(): Uint8Array {
    return encodeData({ ...this.#self(), topology: this.#topology })
  }

  /** Members of another topology than the one that runs already get nothing but a refusal, so that those that run go on. */
  assign(members: readonly GroupMember[], partitionsOf: ReadonlyMap<string, number>): ReadonlyMap<string, MemberAssignment> {
    const known = members.map(({ memberId, userData }) => ({ id: memberId, data: decodeMember(userData) }))
    const topology = prevailing(known.flatMap(({ data }) => data ?? []))
    const taking = known.flatMap(({ id, data }) => (data !== undefined && sameTopology(data.topology, topology) ? [{ id, data }] : []))
    const tasks = tasksOf(topology, partitionsOf)
    const candidates = taking.map(candidateOf)
    const assigned = taking.length === 0 ? new Map<string, readonly string[]>() : assignTasks([...tasks.values()], candidates)
    const followed = [...tasks.values()].filter(({ subTopology }) => this.#followed.has(subTopology))
    const standbys = assignStandbys(followed, assigned, candidates, this.#replicas)
    const byHost = (placed: ReadonlyMap<string, readonly string[]>) =>
      Object.fromEntries(taking.flatMap(({ id, data }) => (data.host === undefined ? [] : [[data.host, placed.get(id) ?? []]])))
    const [hosts, standbyHosts] = [byHost(assigned), byHost(standbys)]
    return new Map(
      known.map(({ id }): [string, MemberAssignment] => {
        const own = assigned.get(id)
        const partitions = (own ?? []).flatMap((task) => tasks.get(task)?.partitions ?? [])
        const refused = own === undefined ? { refused: refusal } : {}
        return [
          id,
          { partitions, userData: encodeData({ tasks: own ?? [], standbys: standbys.get(id) ?? [], hosts, standbyHosts, ...refused }) },
        ]
      }),
    )
  }
}

/** Is there a changelog, and a state that outlives the process? */
function canFollow({ spec, global }: TopologyStore): boolean {
  return !global && spec.persistence !== 'memory' && (spec.changelogTopic !== undefined || spec.logging !== false)
}

const refusal = {
  code: 'TOPOLOGY_MISMATCH',
  message: 'Other members of the group run another topology (other sub-topologies, inputs or stores) under the same application.',
} as const

interface GroupTask extends AssignableTask {
  readonly partitions: readonly TopicPartition[]
}

function tasksOf(topology: readonly SubTopologyShape[], partitionsOf: ReadonlyMap<string, number>): ReadonlyMap<string, GroupTask> {
  const tasks = topology.flatMap(({ sources, stores }, subTopology) => {
    const counts = sources.map((topic) => partitionsOf.get(topic) ?? 0)
    return Array.from({ length: Math.max(0, ...counts) }, (_, partition): GroupTask => {
      const topics = sources.filter((_, index) => partition < counts[index]!)
      const partitions = topics.map((topic) => ({ topic, partition }))
      return { id: `${subTopology}_${partition}`, subTopology, stateful: stores.length > 0, partitions }
    })
  })
  return new Map(tasks.map((task) => [task.id, task]))
}

function candidateOf({ id, data }: { readonly id: string; readonly data: MemberData }): Candidate {
  return { id, active: new Set(data.active), standbys: new Set(data.standbys), positions: new Map(Object.entries(data.positions)) }
}

/** The topology that most tasks run under; when none runs yet, that of most members. */
function prevailing(members: readonly MemberData[]): readonly SubTopologyShape[] {
  const votes = new Map<string, { tasks: number; members: number; topology: readonly SubTopologyShape[] }>()
  for (const { topology, active } of members) {
    const key = JSON.stringify(topology)
    const vote = votes.get(key) ?? { tasks: 0, members: 0, topology }
    votes.set(key, { tasks: vote.tasks + active.length, members: vote.members + 1, topology })
  }
  const [first] = [...votes].sort(([keyA, a], [keyB, b]) => b.tasks - a.tasks || b.members - a.members || (keyA < keyB ? -1 : 1))
  return first?.[1].topology ?? []
}

function sameTopology(a: readonly SubTopologyShape[], b: readonly SubTopologyShape[]): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
