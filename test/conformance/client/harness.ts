import { randomUUID } from 'node:crypto'
import type { ExecutionContext } from 'ava'
import type {
  Assignor,
  Client,
  CommittedOffset,
  ConsumedRecord,
  GroupConsumer,
  GroupConsumerOptions,
  GroupMember,
  IsolationLevel,
  MemberAssignment,
  NewTopic,
  ProducedRecord,
  ProducerOptions,
  RecordBatch,
} from '#runtime/client/client.js'
import type { TopicPartition } from '#runtime/core/record.js'

/** A client under test, and what it or its broker can do beyond the port. Tests of what is not declared are skipped. */
export interface ClientUnderTest {
  /** A new client of always the same broker. */
  connect(): Promise<Client>
  /** Compacts a topic that was made with `compactedConfig`, and resolves when it is done. */
  readonly compact?: (topic: string) => Promise<void>
  readonly compactedConfig?: Readonly<Record<string, string>>
  /** Of the topics that tests make, beside what they ask for. */
  readonly topicConfig?: Readonly<Record<string, string>>
  /** `endOffsets` with `readCommitted` tells the last stable offset. */
  readonly lastStableOffset?: boolean
  /** A member that does not poll for its rebalance timeout loses its partitions to the others. */
  readonly dropsSilentMembers?: boolean
  /** Reading where nothing is throws OFFSET_OUT_OF_RANGE. */
  readonly refusesOffsetsOutOfRange?: boolean
}

const utf8 = new TextEncoder()
const decoder = new TextDecoder()

export const bytes = (text: string | null): Uint8Array | null => (text === null ? null : utf8.encode(text))
export const text = (value: Uint8Array | null): string | null => (value === null ? null : decoder.decode(value))
/** A record in one line: `key=value`. */
export const line = ({ key, value }: ConsumedRecord): string => `${text(key)}=${text(value)}`
export const place = ({ topic, partition }: TopicPartition): string => `${topic}-${partition}`

export function record(at: TopicPartition, key: string | null, value: string | null, timestamp = 1_700_000_000_000): ProducedRecord {
  return { topic: at.topic, partition: at.partition, key: bytes(key), value: bytes(value), timestamp, headers: [] }
}

/** `from` to before `to`, as keys and values of records. */
export function records(at: TopicPartition, from: number, to: number): ProducedRecord[] {
  return Array.from({ length: to - from }, (_, n) => record(at, `k${from + n}`, `v${from + n}`))
}

/** The lines of those records. */
export const lines = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, n) => `k${from + n}=v${from + n}`)

/** What one test uses: names of its own, and everything closed at its end. */
export class Harness {
  readonly client: Client
  readonly #topicConfig: Readonly<Record<string, string>>
  readonly #run = randomUUID().slice(0, 8)
  #count = 0

  private constructor(client: Client, topicConfig: Readonly<Record<string, string>> = {}) {
    this.client = client
    this.#topicConfig = topicConfig
  }

  static async for(t: ExecutionContext, tested: ClientUnderTest): Promise<Harness> {
    const client = await tested.connect()
    t.teardown(() => client.close())
    return new Harness(client, tested.topicConfig)
  }

  name(kind: string): string {
    return `${kind}-${this.#run}-${++this.#count}`
  }

  async topic(partitions = 1, config?: NewTopic['config']): Promise<string> {
    const name = this.name('topic')
    await this.client.admin().createTopics([{ name, partitions, config: { ...this.#topicConfig, ...config } }])
    return name
  }

  async produce(toSend: readonly ProducedRecord[]): Promise<void> {
    const producer = this.client.createProducer()
    for (const each of toSend) producer.send(each)
    const { failed } = await producer.flush()
    await producer.close()
    if (failed[0] !== undefined) throw failed[0].error
  }

  async transactional(transactionalId: string, options: ProducerOptions = {}) {
    const producer = this.client.createProducer({ ...options, transactionalId })
    await producer.initTransactions()
    return producer
  }

  /** A member that is started, of a group that assigns partitions in turn unless it brings an assignor. */
  async member(groupId: string, topics: readonly string[], options: Partial<GroupConsumerOptions> = {}): Promise<Member> {
    const member = new Member(
      this.client.createGroupConsumer({
        groupId,
        clientId: this.name('client'),
        topics,
        assignor: inTurn,
        isolation: 'readUncommitted',
        offsetReset: () => 'earliest',
        ...options,
      }),
    )
    await member.start()
    return member
  }

  /** All records of a partition from `from` to the end that it has now. With readCommitted no transaction may be open. */
  async readAll(at: TopicPartition, from = 0, isolation: IsolationLevel = 'readUncommitted'): Promise<ConsumedRecord[]> {
    if (isolation === 'readCommitted') await this.settled(at)
    const [end] = await this.client.admin().endOffsets([at], isolation)
    const reader = this.client.createReader({ isolation })
    await reader.assign(new Map([[at, from]]))
    const all: ConsumedRecord[] = []
    for (let next = from; next < end!.offset; ) {
      for (const batch of await reader.poll(200)) {
        all.push(...batch.records)
        next = batch.nextOffset
      }
    }
    await reader.close()
    return all
  }

  /** A commit is answered when it is certain; the markers in the partitions, and the committed offsets, come a moment later. */
  async settled(at: TopicPartition): Promise<void> {
    const end = async (isolation: IsolationLevel) => (await this.client.admin().endOffsets([at], isolation))[0]?.offset
    await eventually(async () => (await end('readCommitted')) === (await end('readUncommitted')))
  }

  async offsetOf(groupId: string, at: TopicPartition): Promise<number | undefined> {
    const [committed] = await this.client.admin().committedOffsets(groupId, [at])
    return committed?.offset
  }
}

/** A group consumer that remembers what it was told and given. */
export class Member {
  readonly consumer: GroupConsumer
  /** `assigned a-0 a-1`, `revoked …`, `lost …`, in order. */
  readonly events: string[] = []
  readonly batches: RecordBatch[] = []
  readonly userData: (string | null)[] = []
  assigned: readonly TopicPartition[] = []
  /** Called within the callbacks, before they resolve. */
  onRevoked: (member: Member) => Promise<void> = async () => {}
  onAssigned: (member: Member) => Promise<void> = async () => {}
  #inPoll = false
  readonly #next = new Map<string, CommittedOffset>()

  constructor(consumer: GroupConsumer) {
    this.consumer = consumer
  }

  start(): Promise<void> {
    const note = (what: string, partitions: readonly TopicPartition[]) => {
      if (!this.#inPoll) throw new Error(`${what} came outside of poll`)
      this.events.push([what, ...partitions.map(place).sort()].join(' '))
    }
    return this.consumer.start({
      onAssigned: async (partitions, userData) => {
        note('assigned', partitions)
        this.assigned = partitions
        this.userData.push(text(userData))
        await this.onAssigned(this)
      },
      onRevoked: async (partitions) => {
        note('revoked', partitions)
        await this.onRevoked(this)
        this.assigned = []
        this.#next.clear()
      },
      onLost: async (partitions) => {
        note('lost', partitions)
        this.assigned = []
        this.#next.clear()
      },
    })
  }

  async poll(maxWaitMs = 200): Promise<readonly RecordBatch[]> {
    this.#inPoll = true
    try {
      const batches = await this.consumer.poll(maxWaitMs)
      for (const batch of batches) {
        this.batches.push(batch)
        this.#next.set(place(batch), { topic: batch.topic, partition: batch.partition, offset: batch.nextOffset })
      }
      return batches
    } finally {
      this.#inPoll = false
    }
  }

  /** Where it would read on, of the partitions that it has read from. */
  positions(): CommittedOffset[] {
    return [...this.#next.values()]
  }

  lines(topic?: string): string[] {
    return this.batches.filter((batch) => topic === undefined || batch.topic === topic).flatMap((batch) => batch.records.map(line))
  }
}

/** Polls all members at once until it is so; a test that hangs here is ended by AVA's timeout. */
export async function pollUntil(members: readonly Member[], done: () => boolean): Promise<void> {
  await Promise.all(
    members.map(async (member) => {
      while (!done()) await member.poll()
    }),
  )
}

/** Waits for what other processes do, by asking again. */
export async function eventually(done: () => Promise<boolean>): Promise<void> {
  while (!(await done())) await new Promise((resolve) => setTimeout(resolve, 20))
}

/** Gives out partitions in turn, to members in order of their id. */
export const inTurn: Assignor = {
  name: 'in-turn',
  userData: () => null,
  assign: (members, partitionsOf) => deal(members, partitionsOf, () => null),
}

export function deal(
  members: readonly GroupMember[],
  partitionsOf: ReadonlyMap<string, number>,
  userData: (member: GroupMember) => Uint8Array | null,
): ReadonlyMap<string, MemberAssignment> {
  const sorted = [...members].sort((a, b) => (a.memberId < b.memberId ? -1 : 1))
  const dealt = sorted.map((): TopicPartition[] => [])
  let turn = 0
  for (const [topic, count] of [...partitionsOf].sort()) {
    for (let partition = 0; partition < count; partition++) dealt[turn++ % sorted.length]!.push({ topic, partition })
  }
  return new Map(sorted.map((member, n) => [member.memberId, { partitions: dealt[n]!, userData: userData(member) }]))
}
