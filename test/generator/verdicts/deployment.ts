import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { transformSync } from 'amaro'
import type { TopologySpec } from 'millrace/codegen'
import { EmbeddedBroker, embeddedClient, InMemoryRegistry } from 'millrace/embedded'
import type { Generated } from '#generator/generate.js'
import { checkConfig } from '#runtime/app/check-config.js'
import { Instance } from '#runtime/app/instance.js'
import { topicName } from '#runtime/changelog/topic-names.js'
import { run as millrace } from '#runtime/reset/cli.js'
import { partitionOf } from '#runtime/tasks/partitioner.js'
import { buildTopology } from '#runtime/topology/build.js'
import { topicWriter } from '#runtime/topology/connect-registry.js'
import type { Topology } from '#runtime/topology/topology.js'
import type { Project, Topic } from './project.js'
import { type Row, rowsOf } from './rows.js'

/** A build of a project: its generated code, loaded. */
export interface Version {
  readonly project: Project
  readonly spec: TopologySpec
  readonly topology: Topology
}

/** Generated TypeScript as Node runs it, in a folder of its own, since Node loads a module once. */
export async function load(project: Project, { folders }: Generated, folder: string): Promise<Version> {
  for (const { files } of folders) {
    for (const [path, text] of files) {
      const target = join(folder, path.replace(/\.ts$/, '.js'))
      mkdirSync(dirname(target), { recursive: true })
      writeFileSync(target, transformSync(text, { mode: 'strip-only' }).code)
    }
  }
  const name = /(\w+)\.topology\.yaml$/.exec(project.file)![1]!
  const module = await import(pathToFileURL(join(folder, name, 'topology.js')).href)
  const spec: TopologySpec = module[`${name}Topology`]({})
  return { project, spec, topology: buildTopology(spec) }
}

export type Rows = ReadonlyMap<string, readonly Row[]>

/** A user as a key of that type: a text, or a record of what stands for the user in each field. */
function keyOf(user: string, type: string, { types }: Project): unknown {
  const found = types.find(({ name }) => name === type.replace('?', ''))
  const number = users.indexOf(user)
  if (found === undefined) return type.startsWith('string') ? user : number
  if (!('fields' in found)) return found.symbols[number % found.symbols.length]
  return Object.fromEntries(found.fields.map((field) => [field.name, keyOf(user, field.type, { types } as Project)]))
}

const quiet = { debug() {}, info() {}, warn() {}, error() {} }
const users = ['ann', 'bob', 'cem', 'dan']

/** Where versions of an app run, one after the other: a broker, a registry, a state folder. */
export class Deployment {
  readonly broker = new EmbeddedBroker()
  readonly registry = new InMemoryRegistry()
  readonly #stateDir: string
  #onCommit = () => {}

  constructor(stateDir: string) {
    this.#stateDir = stateDir
    const { commitOffsets } = this.broker
    this.broker.commitOffsets = (group, offsets) => {
      commitOffsets.call(this.broker, group, offsets)
      this.#onCommit()
    }
  }

  /** Makes the topics that are not there, as those who deploy do. */
  createTopics({ spec, project }: Version): void {
    for (const { name, kafka, partitions } of project.topics)
      this.broker.createTopic({ name: kafka ?? spec.topics[name]!.name, partitions })
  }

  loseState(): void {
    rmSync(this.#stateDir, { recursive: true, force: true })
  }

  /** Runs these commands as far as they are a reset's: `millrace reset`, `kafka-topics.sh --delete` and `rm`. */
  async reset(commands: readonly string[]): Promise<void> {
    for (const command of new Set(commands)) {
      const args = /^npx millrace (.*)$/.exec(command.replace('BROKER', 'localhost:9092'))?.[1]?.split(' ')
      const topic = /--delete --topic (\S+)/.exec(command)?.[1]
      if (args !== undefined) await this.#millrace(args)
      else if (topic !== undefined && this.broker.listTopics().includes(topic)) this.broker.deleteTopic(topic)
      else if (command.startsWith('rm ')) this.loseState()
    }
  }

  async #millrace(args: readonly string[]): Promise<void> {
    let told = ''
    const code = await millrace(args, {
      stdout() {},
      stderr: (text) => (told += text),
      connect: () => embeddedClient(this.broker),
    })
    if (code !== 0) throw new Error(told)
  }

  /** Starts the version, waits until nothing is left to process, and stops it; gives the rows of its stores. */
  async run(version: Version): Promise<Rows> {
    const { spec, topology } = version
    const config = {
      client: embeddedClient(this.broker),
      stateDir: this.#stateDir,
      schemaRegistry: this.registry,
      commitIntervalMs: 5,
      logger: quiet,
    }
    let settle = () => {}
    const settled = new Promise<void>((resolve) => {
      settle = resolve
    })
    const instance = new Instance({
      ...{ config: checkConfig(config, spec), spec, topology, onRestore() {} },
      onSettled: (isSettled) => isSettled && settle(),
    })
    const life = instance.open().then(() => instance.run())
    try {
      await Promise.race([settled, life])
      const idle = new Promise<void>((resolve) => {
        this.#onCommit = () => this.#isIdle(topology) && resolve()
      })
      this.#onCommit()
      await Promise.race([idle, life])
      const rows = new Map(
        topology.stores.map(({ spec }) => {
          const keys = users.map((user) => keyOf(user, spec.key.name.split('.').at(-1)!, version.project))
          return [spec.name, instance.stores(spec.name).flatMap((store) => rowsOf(spec, store, spec.kind === 'versioned' ? keys : []))]
        }),
      )
      instance.stop()
      await life
      return rows
    } finally {
      instance.stop()
      await life.catch(() => {})
      await instance.close()
    }
  }

  close(): void {
    this.broker.close()
  }

  #isIdle(topology: Topology): boolean {
    const { application, subTopologies } = topology
    const topics = subTopologies.flatMap(({ sourceTopics }) => sourceTopics.map((topic) => topicName(topology, application, topic)))
    return topics.every((topic) =>
      this.#partitions(topic).every(
        (partition) =>
          (this.broker.committedOffset(application, { topic, partition })?.offset ?? 0) >= this.broker.endOffset(topic, partition),
      ),
    )
  }

  /** A few records to each topic that the version reads, as its producers of that version write them. */
  async send({ spec, topology, project }: Version, value: (topic: Topic) => unknown, times: readonly number[]): Promise<void> {
    const read = new Set(
      [...topology.nodes, ...topology.globals.map(({ source }) => source)].flatMap((node) => ('topics' in node ? node.topics : [])),
    )
    for (const topic of project.topics) {
      const serdes = spec.topics[topic.name]!
      if (!read.has(serdes.name)) continue
      const writer = await topicWriter(serdes.name, serdes, this.registry)
      for (const timestamp of times) {
        for (const user of users) {
          const key = writer.key.serialize(keyOf(user, topic.key, project))
          const record = { key, value: writer.value.serialize(value(topic)), timestamp, headers: [] }
          this.broker.append(serdes.name, partitionOf(key, this.#partitions(serdes.name).length), record)
        }
      }
    }
  }

  /** Leaves records in the repartition topics of a version, as one that is stopped on the way would. */
  leaveRecords({ topology }: Version): readonly string[] {
    return topology.repartitionTopics.flatMap(({ name }) => {
      const topic = `${topology.application}-${name}`
      return this.#partitions(topic).flatMap((partition) => {
        const [record] = this.broker.read(topic, partition, 0).records
        if (record !== undefined) this.broker.append(topic, partition, record)
        return record === undefined ? [] : [topic]
      })
    })
  }

  #partitions(topic: string): readonly number[] {
    return Array.from({ length: this.broker.describeTopic(topic)?.partitions ?? 0 }, (_, partition) => partition)
  }
}
