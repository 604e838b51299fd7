/** What we use of kafkajs's `Broker`; all of it is marked as public in its source. */
export interface KafkajsBroker {
  readonly versions: Readonly<Record<number, { readonly maxVersion: number } | undefined>>
  connect(): Promise<void>
  readonly connectionPool: { send<Answer>(exchange: Exchange<Answer>): Promise<Answer> }

  findGroupCoordinator(request: {
    groupId: string
    coordinatorType: 0 | 1
  }): Promise<{ coordinator: { nodeId: number; host: string; port: number } }>
  joinGroup(request: {
    groupId: string
    sessionTimeout: number
    rebalanceTimeout: number
    memberId: string
    groupProtocols: { name: string; metadata: Buffer }[]
  }): Promise<JoinedGroup>
  syncGroup(request: {
    groupId: string
    generationId: number
    memberId: string
    groupAssignment: { memberId: string; memberAssignment: Buffer }[]
  }): Promise<{ memberAssignment: Buffer }>
  heartbeat(request: { groupId: string; groupGenerationId: number; memberId: string }): Promise<unknown>
  leaveGroup(request: { groupId: string; memberId: string }): Promise<unknown>

  offsetCommit(request: { groupId: string; groupGenerationId: number; memberId: string; topics: Topics<CommitRow> }): Promise<unknown>
  listOffsets(request: {
    replicaId: number
    isolationLevel: number
    topics: Topics<{ partition: number; timestamp: number }>
  }): Promise<{ responses: Topics<OffsetRow> }>

  initProducerId(request: {
    transactionalId: string | undefined
    transactionTimeout: number
  }): Promise<{ producerId: string; producerEpoch: number }>
  addPartitionsToTxn(request: Transaction & { topics: { topic: string; partitions: number[] }[] }): Promise<unknown>
  addOffsetsToTxn(request: Transaction & { groupId: string }): Promise<unknown>
  txnOffsetCommit(request: Transaction & { groupId: string; topics: Topics<CommitRow> }): Promise<unknown>
  endTxn(request: Transaction & { transactionResult: boolean }): Promise<unknown>

  createTopics(request: { topics: CreatedTopic[]; timeout: number }): Promise<unknown>
  deleteTopics(request: { topics: string[]; timeout: number }): Promise<unknown>
  deleteRecords(request: { topics: Topics<{ partition: number; offset: string }> }): Promise<unknown>
  deleteGroups(groupIds: string[]): Promise<{ results: { groupId: string; errorCode: number; error?: Error }[] }>
  describeConfigs(request: { resources: { type: number; name: string }[] }): Promise<{
    resources: { resourceName: string; configEntries: { configName: string; configValue: string | null }[] }[]
  }>
}

/** A request as a connection of kafkajs carries it. */
interface Exchange<Answer> {
  readonly request: {
    readonly apiKey: number
    readonly apiName: string
    readonly apiVersion: number
    encode(): Promise<{ readonly buf: Buffer; readonly buffer: Buffer }>
  }
  readonly response: {
    decode(bytes: Buffer): Promise<{ readonly answer: Answer }>
    parse(decoded: { readonly answer: Answer }): Promise<Answer>
  }
  readonly requestTimeout?: number
}

export interface JoinedGroup {
  readonly generationId: number
  readonly leaderId: string
  readonly memberId: string
  readonly members: readonly { readonly memberId: string; readonly memberMetadata: Buffer }[]
}

type Topics<Row> = { topic: string; partitions: Row[] }[]

interface CommitRow {
  partition: number
  offset: string
  metadata: string | null
}

interface OffsetRow {
  partition: number
  offset: string
  metadata?: string | null
}

interface Transaction {
  transactionalId: string
  producerId: string
  producerEpoch: number
}

interface CreatedTopic {
  topic: string
  numPartitions: number
  replicationFactor: number
  configEntries: { name: string; value: string }[]
}
