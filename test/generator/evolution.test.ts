/**
 * Goal: a schema that evolves takes its state along, and back. Method: generate a project, run its app on LMDB files and the embedded broker, evolve
 * its schemas, generate and run again over the same state, then from the changelog alone, and then the first version again: rows that either
 * version wrote are read by the other, through what the lock knows of both.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync, rmSync, symlinkSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import test from 'ava'
import type { AppConfig, QueryableKeyValueStore, StreamApp } from 'millrace'
import { type AvroCodec, avroSerde, stringSerde } from 'millrace/codegen'
import { EmbeddedBroker, embeddedClient } from 'millrace/embedded'
import { project } from '../helpers/project.js'

const root = resolve(import.meta.dirname, '../../..')
const tsc = join(root, 'node_modules/typescript/bin/tsc')
const manifest = `application: shop
topics:
  orders: { key: string, value: shop.Order, partitions: 1 }
stores:
  last-orders: { kind: keyValue, queryable: true }
steps:
  orders: { stream: orders }
  by-id: { groupBy: orders, key: string, groupKey: value.id }
  last: { reduce: by-id, store: last-orders, with: value }
`
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

type Shop = StreamApp<{ readonly lastOrders: QueryableKeyValueStore<string, unknown> }>
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

test('rows of either version are read by the other, from LMDB and from the changelog', async (t) => {
  const { folder, gen, write } = project(t, { 'schemas/shop.topology.yaml': manifest, 'package.json': '{ "type": "module" }' })
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  const broker = new EmbeddedBroker()
  broker.createTopic({ name: 'orders', partitions: 1 })
  const stateDir = join(folder, 'state')

  /** Writes a version's schemas, and generates; a service's own build is in a folder called `name`. */
  const build = (name: string, version: keyof typeof versions): Promise<Generated> => {
    write('schemas/order.avsc', versions[version].order)
    write('schemas/address.avsc', versions[version].address)
    const { status, stderr } = gen()
    t.deepEqual([status, stderr], [0, ''])
    return load(folder, name)
  }

  /** Sends an order if there is one, and gives all rows as this version reads them. */
  const run = async ({ Shop, orderCodec }: Generated, order?: { readonly id: string }) => {
    const app = new Shop({}, { client: embeddedClient(broker), stateDir, handleSignals: false, commitIntervalMs: 10 })
    await app.start()
    try {
      const { lastOrders } = app.stores
      if (order !== undefined) {
        const value = avroSerde(orderCodec).serialize(order)
        broker.append('orders', 0, { key: stringSerde.serialize('key'), value, timestamp: 1_000, headers: [] })
        while ((await lastOrders.get(order.id)) === undefined) await setTimeout(5)
      }
      const rows = await lastOrders.all().toArray()
      return Object.fromEntries(rows.map(({ key, value }) => [key, value]))
    } finally {
      await app.close()
    }
  }

  const a = { id: 'a', address: { street: 'First' } }
  t.deepEqual(await run(await build('first', 'v1'), a), { a })

  const evolved = await build('evolved', 'v2')
  const b = { id: 'b', address: { street: 'Second', city: 'Here' }, note: 'quick' }
  const newer = { a: { id: 'a', address: { street: 'First', city: 'somewhere' }, note: null }, b }
  t.deepEqual(await run(evolved, b), newer)
  rmSync(stateDir, { recursive: true })
  t.deepEqual(await run(evolved), newer, 'restored from the changelog')

  const back = await build('back', 'v1')
  const c = { id: 'c', address: { street: 'Third' } }
  const older = { a, b: { id: 'b', address: { street: 'Second' } }, c }
  t.deepEqual(await run(back, c), older)
  rmSync(stateDir, { recursive: true })
  t.deepEqual(await run(back), older, 'restored from the changelog')

  const lock = JSON.parse(readFileSync(join(folder, 'schemas/topology.lock.json'), 'utf8'))
  t.is(lock.schemas['shop.Order'].length, 2)
})
