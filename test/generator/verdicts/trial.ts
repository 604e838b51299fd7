import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { Change } from '#generator/compat/change.js'
import type { ChangeCode, Verdict } from '#generator/compat/change-codes.js'
import { worst } from '#generator/compat/report.js'
import { hasErrors } from '#generator/diagnostics.js'
import { type Generated, generate } from '#generator/generate.js'
import type { Topology } from '#runtime/topology/topology.js'
import { Random } from '../../helpers/random.js'
import { Deployment, load, type Rows, type Version } from './deployment.js'
import type { Project, Topic } from './project.js'
import { filesOf } from './project-files.js'
import { changed, changeNames } from './random-change.js'
import { RandomProject } from './random-project.js'
import { keepsLive, sameRows } from './rows.js'

const lockPath = 'schemas/topology.lock.json'

export interface Outcome {
  /** What the author did. */
  readonly names: readonly string[]
  readonly codes: readonly ChangeCode[]
  readonly verdict: Verdict
  /** What went wrong when the new version took over as it was, or could not go back. */
  readonly broken: readonly string[]
  /** What the verdict does not allow of it, or does not cure. */
  readonly wrong: readonly string[]
}

/** What `gen` makes of a project after a version with that lock; undefined if it refuses it. */
function made(project: Project, lock?: string): Generated | undefined {
  const files = [...filesOf(project)].map(([path, content]) => ({ path: `schemas/${path}`, content }))
  const last = lock === undefined ? [] : [{ path: lockPath, content: lock }]
  const generated = generate([...files, ...last], { folder: 'schemas', lock: { acceptReset: true } })
  return hasErrors(generated.diagnostics) ? undefined : generated
}

/** A project that `gen` takes before and after its changes, with what it makes of it. */
interface Drawn {
  readonly names: readonly string[]
  readonly before: Project
  readonly first: Generated
  readonly after: Project
  readonly second: Generated
}

/** Draws projects until one can be changed so; one or two more changes may follow. */
function drawn(random: Random, name: string): Drawn {
  const before = new RandomProject(random).make()
  const first = made(before)
  const change = (project: Project, by: string) => {
    const next = changed(project, by, random)
    const generated = isDeepStrictEqual(next, project) ? undefined : made(next, first!.lock!.text)
    return generated && { project: next, generated }
  }
  let last = first && change(before, name)
  if (first === undefined || last === undefined) return drawn(random, name)
  const names = [name]
  for (let left = random.pick([0, 0, 0, 1, 2]); left > 0; left -= 1) {
    const another = random.pick(changeNames)
    const next = change(last.project, another)
    if (next === undefined) continue
    names.push(another)
    last = next
  }
  return { names, before, first, after: last.project, second: last.generated }
}

/** A project, changed, and run before and after over the same broker and state, in a folder of this one. */
export async function trial(seed: number, folder: string): Promise<Outcome> {
  const random = new Random(seed)
  const { names, before, first, after, second } = drawn(random, changeNames[seed % changeNames.length]!)
  const { changes, text } = second.lock!
  const place = join(folder, String(seed))
  const deployment = new Deployment(join(place, 'state'))
  try {
    const v1 = await load(before, first, join(place, 'v1'))
    const v2 = await load(after, second, join(place, 'v2'))
    const takeover = new Takeover([v1, v2], { there: changes, back: made(before, text)!.lock!.changes }, deployment, random)
    const broken = [...(await takeover.run())]
    const verdict = worst(changes)
    const wrong = verdict === 'safe' ? broken : verdict === 'reset' ? await takeover.reset() : []
    return { names, codes: [...new Set(changes.map(({ code }) => code))], verdict, broken, wrong }
  } finally {
    deployment.close()
    rmSync(place, { recursive: true, force: true })
  }
}

/** What `gen compat` says of the way from the first version to the second, and of the way back. */
interface Told {
  readonly there: readonly Change[]
  readonly back: readonly Change[]
}

/** The second version takes over from the first, with its state or without, and, where that is safe, the first again. */
class Takeover {
  readonly #versions: readonly [Version, Version]
  readonly #told: Told
  readonly #deployment: Deployment
  readonly #random: Random
  readonly #broken: string[] = []

  constructor(versions: readonly [Version, Version], told: Told, deployment: Deployment, random: Random) {
    this.#versions = versions
    this.#told = told
    this.#deployment = deployment
    this.#random = random
  }

  async run(): Promise<readonly string[]> {
    const [v1, v2] = this.#versions
    const { there, back } = this.#told
    const deployment = this.#deployment
    deployment.createTopics(v1)
    await this.#send(v1, [0, 1_000, 3_000, 7_000])
    const rows = await deployment.run(v1)
    deployment.createTopics(v2)

    const kept = await this.#start('on its state', v2)
    if (kept === undefined) return this.#broken
    this.#compare('on its state', rows, kept, [v1, v2], there, false)
    if (this.#random.chance(0.5)) {
      deployment.loseState()
      const restored = await this.#start('from changelogs', v2)
      if (restored === undefined) return this.#broken
      this.#compare('from changelogs', rows, restored, [v1, v2], there, true)
    }

    await this.#send(v1, [8_000])
    for (const topic of lostRecords(deployment.leaveRecords(v1), v1, v2)) this.#broken.push(`left in ${topic}: nobody reads it`)
    await this.#send(v2, [9_000])
    const later = await this.#start('with records on their way', v2)
    if (later === undefined || worst(there) !== 'safe' || worst(back) !== 'safe') return this.#broken

    const loses = this.#random.chance(0.5)
    if (loses) deployment.loseState()
    const returned = await this.#start('back', v1)
    if (returned === undefined) return this.#broken
    // Rows that the second version did not put show again what it had no field or symbol for; that all can be decoded is shown by now.
    this.#compare('back', keysOf(later), keysOf(returned), [v2, v1], back, loses)
    deployment.leaveRecords(v2)
    await this.#send(v1, [11_000])
    await this.#start('back, with records on their way', v1)
    return this.#broken
  }

  /** Does what the changes tell to do for a reset; what is wrong if the second version does not run then. Not if topics need something, too. */
  async reset(): Promise<readonly string[]> {
    const [, v2] = this.#versions
    const { there } = this.#told
    if (there.some(({ verdict }) => verdict === 'migration')) return []
    this.#broken.splice(0)
    await this.#deployment.reset(there.flatMap(({ commands }) => commands))
    await this.#start('after the reset', v2)
    return this.#broken
  }

  #send(version: Version, times: readonly number[]): Promise<void> {
    return this.#deployment.send(version, ({ value }: Topic) => sampleOf(value ?? 'string', version.project, this.#random), times)
  }

  /** Undefined if it stopped with an error. */
  async #start(when: string, version: Version): Promise<Rows | undefined> {
    try {
      return await this.#deployment.run(version)
    } catch (error) {
      this.#broken.push(`${when}: ${error instanceof Error && !('code' in error) ? error.stack : error}`)
      return undefined
    }
  }

  #compare(when: string, then: Rows, now: Rows, versions: readonly [Version, Version], changes: readonly Change[], isLost: boolean): void {
    const concerned = (code: ChangeCode, store: string) =>
      changes.some((change) => change.code === code && change.concerns.includes(`store \`${store}\``))
    for (const [store, rows] of [...expectedRows(then, versions, isLost), ...refilledRows(then, changes)]) {
      const found = now.get(store)
      if (found === undefined) continue
      const { spec } = versions[1].topology.stores.find((each) => each.spec.name === store)!
      const { types } = versions[1].project
      const isSame = concerned('store-retention-shorter', store) ? keepsLive(rows, found, spec, types) : sameRows(rows, found, types)
      if (!isSame) this.#broken.push(`${when}: rows of ${store}: ${JSON.stringify(rows)} became ${JSON.stringify(found)}`)
    }
  }
}

function keysOf(rows: Rows): Rows {
  return new Map([...rows].map(([store, each]) => [store, each.map(({ key }) => ({ key, value: null }))]))
}

/** Of stores that both versions have, as the second should find them. */
function expectedRows(then: Rows, [from, to]: readonly [Version, Version], isLost: boolean): Rows {
  const specs = [from, to].map(({ topology }) => new Map(topology.stores.map((store) => [store.spec.name, store])))
  return new Map(
    [...then].filter(([name]) => {
      const [was, is] = specs.map((each) => each.get(name))
      if (was === undefined || is === undefined) return false
      const isUnlogged = !is.global && [was, is].some(({ spec }) => spec.logging === false)
      // Such a store is empty after each start.
      const forgets = was.spec.persistence === 'memory' && was.spec.logging === false
      return !(isUnlogged && isLost) && !forgets
    }),
  )
}

/** Of tables whose store has another name, under that. */
function refilledRows(then: Rows, changes: readonly Change[]): Rows {
  const renamed = changes.filter(({ message }) => message.includes('is filled from its topic again'))
  return new Map(renamed.map(({ from, to }) => [to!, then.get(from!)!]))
}

/** Topics with records left in them that the second version does not read, though it goes on with the stores that these would have gone into. */
function lostRecords(left: readonly string[], { topology }: Version, v2: Version): readonly string[] {
  const read = new Set(v2.topology.repartitionTopics.map(({ name }) => `${v2.topology.application}-${name}`))
  const kept = new Set(v2.topology.stores.map(({ spec }) => spec.name))
  return [...new Set(left)].filter((topic) => !read.has(topic) && filledFrom(topology, topic).some((store) => kept.has(store)))
}

/** Stores that only what comes after the topic has to do with. */
function filledFrom({ application, nodes }: Topology, topic: string): readonly string[] {
  const reached = new Set(
    nodes.flatMap((node) => (node.kind === 'source' && node.topics.some((name) => `${application}-${name}` === topic) ? [node.name] : [])),
  )
  for (const name of reached) for (const node of nodes) if (node.kind !== 'source' && node.parents.includes(name)) reached.add(node.name)
  const processors = nodes.filter((node) => node.kind === 'processor')
  const others = new Set(processors.flatMap(({ name, stores }) => (reached.has(name) ? [] : stores)))
  return processors.flatMap(({ name, stores }) => (reached.has(name) ? stores.filter((store) => !others.has(store)) : []))
}

function sampleOf(type: string, { types }: Project, random: Random): unknown {
  if (type.endsWith('?') && random.chance(0.5)) return null
  const found = types.find(({ name }) => name === type.replace('?', ''))
  if (found?.kind === 'enum') return random.pick(found.symbols)
  if (found !== undefined)
    return Object.fromEntries(found.fields.map((field) => [field.name, sampleOf(field.type, { types } as Project, random)]))
  return type.startsWith('string') ? `v${random.int(0, 99)}` : random.int(0, 99)
}
