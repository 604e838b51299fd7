/**
 * Goal: a schema that evolves takes its state along, and back. Method: generate a project, run its app on LMDB files and the embedded broker, evolve
 * its schemas, generate and run again over the same state, then from the changelog alone, and then the first version again: rows that either
 * version wrote are read by the other, through what the lock knows of both. All this whatever the encoding of the topics that the data came from.
 */
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import test from 'ava'
import type { AppConfig, QueryableKeyValueStore, StreamApp } from 'millrace'
import { type AvroCodec, avroBareSerde, avroJsonSerde, avroSerde, stringSerde } from 'millrace/codegen'
import { EmbeddedBroker, embeddedClient } from 'millrace/embedded'
import { project } from '../helpers/project.js'

const root = resolve(import.meta.dirname, '../../..')
const tsc = join(root, 'node_modules/typescript/bin/tsc')
const topics = ['orders', 'kept', 'everywhere'] as const
const manifest = (encoding: keyof typeof serdes) => `application: shop
topics:
${topics.map((topic) => `  ${topic}: { key: string, value: shop.Order, partitions: 1, encoding: ${encoding} }`).join('\n')}
stores:
  last-orders: { kind: keyValue, queryable: true }
  kept: { kind: keyValue, queryable: true }
  everywhere: { kind: keyValue, queryable: true }
steps:
  orders: { stream: orders }
  by-id: { groupBy: orders, key: string, groupKey: value.id }
  last: { reduce: by-id, store: last-orders, with: value }
  kept: { table: kept, store: kept }
  everywhere: { globalTable: everywhere, store: everywhere }
`
const serdes = { avro: avroSerde, 'avro-bare': avroBareSerde, json: avroJsonSerde }
const record = (name: string, ...fields: readonly string[]) =>
  `{ "type": "record", "name": "${name}", "fields": [${fields.map((field) => `{ ${field} }`).join(', ')}] }\n`
const id = '"name": "id", "type": "string"'
const address = '"name": "address", "type": "shop.Address"'
const street = '"name": "street", "type": "string"'

/** The second has a field more in the type within, and one more in that around it. */
const versions = {
  v1: { order: record('shop.Order', id, address), address: record('shop.Address', street) },
  v2: {
    order: record('shop.Order', id, address, '"name": "note", "type": ["null", "string"], "default": null'),
    address: record('shop.Address', street, '"name": "city", "type": "string", "default": "somewhere"'),
  },
}

type Rows = QueryableKeyValueStore<string, unknown>
type Shop = StreamApp<{ readonly lastOrders: Rows; readonly kept: Rows; readonly everywhere: Rows }>
interface Generated {
  readonly Shop: new (logic: object, config: Partial<AppConfig>) => Shop
  readonly orderCodec: AvroCodec
}

/** Generated TypeScript as a service compiles it; each version in a folder of its own, since Node loads a module once. */
async function load(folder: string, name: string): Promise<Generated> {
  const options = [
    '--module',
    'nodenext',
    '--target',
    'es2023',
    '--skipLibCheck',
    '--types',
    'node',
    '--rootDir',
    'generated',
    '--outDir',
    name,
  ]
  const { stdout } = spawnSync(process.execPath, [tsc, ...options, 'generated/shop.ts'], { cwd: folder, encoding: 'utf8' })
  if (stdout !== '') throw new Error(stdout)
  const modules = ['shop.js', 'types/shop/order.js'].map((path) => import(pathToFileURL(join(folder, name, path)).href))
  const [{ Shop }, { orderCodec }] = await Promise.all(modules)
  return { Shop, orderCodec }
}

for (const encoding of ['avro', 'avro-bare', 'json'] as const) {
  test(`rows of either version are read by the other, from LMDB and from the changelog, with topics in ${encoding}`, async (t) => {
    const { folder, gen, write } = project(t, { 'schemas/shop.topology.yaml': manifest(encoding), 'package.json': '{ "type": "module" }' })
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
    const broker = new EmbeddedBroker()
    for (const name of topics) broker.createTopic({ name, partitions: 1 })
    const stateDir = join(folder, 'state')
    /** Global tables have no changelog: what is lost of them is read from their topic again, in which nobody can tell who wrote what. */
    const lose = () => {
      const tasks = encoding === 'avro' ? [''] : readdirSync(stateDir).filter((name) => /^\d/.test(name))
      t.true(tasks.length > 0)
      for (const task of tasks) rmSync(join(stateDir, task), { recursive: true })
    }

    /** Writes a version's schemas, and generates; a service's own build is in a folder called `name`. */
    const build = (name: string, version: keyof typeof versions): Promise<Generated> => {
      write('schemas/order.avsc', versions[version].order)
      write('schemas/address.avsc', versions[version].address)
      const { status, stderr } = gen()
      // Of the topics alone: what is in them then is not read as it was written.
      const codes = new Set([...stderr.matchAll(/\(([a-z-]+)\)\./g)].map(([, code]) => code))
      t.deepEqual([status, ...codes], [0, ...(encoding === 'avro' || name === 'first' ? [] : ['topic-without-writer'])], stderr)
      return load(folder, name)
    }

    /** Sends an order to each topic if there is one, and gives the rows of all stores as this version reads them. */
    const run = async ({ Shop, orderCodec }: Generated, order?: { readonly id: string }) => {
      const app = new Shop({}, { client: embeddedClient(broker), stateDir, handleSignals: false, commitIntervalMs: 10 })
      await app.start()
      try {
        const stores = [app.stores.lastOrders, app.stores.kept, app.stores.everywhere]
        if (order !== undefined) {
          const value = serdes[encoding](orderCodec).serialize(order)
          const record = { key: stringSerde.serialize(order.id), value, timestamp: 1_000, headers: [] }
          for (const topic of topics) broker.append(topic, 0, record)
          for (const store of stores) while ((await store.get(order.id)) === undefined) await setTimeout(5)
        }
        const rows = await Promise.all(stores.map((store) => store.all().toArray()))
        return rows.map((each) => Object.fromEntries(each.map(({ key, value }) => [key, value])))
      } finally {
        await app.close()
      }
    }
    const everywhere = (rows: object, more: object = {}) => [{ ...rows, ...more }, rows, rows]

    const a = { id: 'a', address: { street: 'First' } }
    t.deepEqual(await run(await build('first', 'v1'), a), everywhere({ a }))

    // As if the first version had left a record of its own on the way.
    const [sent] = broker.read('shop-by-id-repartition', 0, 0).records
    broker.append('shop-by-id-repartition', 0, { ...sent!, key: stringSerde.serialize('left') })
    const evolved = await build('evolved', 'v2')
    const b = { id: 'b', address: { street: 'Second', city: 'Here' }, note: 'quick' }
    const newA = { id: 'a', address: { street: 'First', city: 'somewhere' }, note: null }
    const newer = everywhere({ a: newA, b }, { left: newA })
    t.deepEqual(await run(evolved, b), newer)
    lose()
    t.deepEqual(await run(evolved), newer, 'restored from the changelog')

    const back = await build('back', 'v1')
    const c = { id: 'c', address: { street: 'Third' } }
    const older = everywhere({ a, b: { id: 'b', address: { street: 'Second' } }, c }, { left: a })
    t.deepEqual(await run(back, c), older)
    lose()
    t.deepEqual(await run(back), older, 'restored from the changelog')

    const lock = JSON.parse(readFileSync(join(folder, 'schemas/topology.lock.json'), 'utf8'))
    t.is(lock.schemas['shop.Order'].length, 2)
  })
}
