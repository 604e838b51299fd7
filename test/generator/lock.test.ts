/**
 * Goal: the lock is written with the code, says what is against it, and is never damaged. Method: the real program in folders of its own; the
 * cases of cases/ hold what each problem says.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { project } from '../helpers/project.js'

const order = (more = '') => `{ "type": "record", "name": "shop.Order", "fields": [{ "name": "id", "type": "string" }${more}] }\n`
const withNote = order(', { "name": "note", "type": "string", "default": "" }')
const manifest = `application: orders
topics:
  orders: { key: string, value: shop.Order, partitions: 2 }
steps:
  orders: { stream: orders }
  by-key: { groupByKey: orders }
  last: { reduce: by-key, with: value }
  seen: { forEach: changes, with: void value }
  changes: { toStream: last }
`
const lock = 'schemas/topology.lock.json'

function shop(t: ExecutionContext) {
  const made = project(t, { 'schemas/order.avsc': order(), 'schemas/orders.topology.yaml': manifest })
  t.is(made.gen().status, 0)
  return { ...made, locked: () => JSON.parse(made.read(lock)) }
}

test('the lock is written beside the manifests, the same whenever and wherever, and --check compares it', (t) => {
  const { gen, read, write, remove } = shop(t)
  const first = read(lock)
  t.true(first.endsWith('}\n'))
  t.false(first.includes('\r'))
  const { stdout } = gen()
  t.is(stdout, 'All is up to date.\n')
  remove(lock)
  const check = gen('--check')
  t.is(check.status, 1)
  t.true(check.stdout.startsWith(`--- /dev/null\n+++ b/${lock}\n`))
  gen('schemas')
  t.is(read(lock), first)
  write(lock, first.replaceAll('\n', '\r\n'))
  t.is(gen('--check').status, 0, 'line ends of a checkout are no change')
})

test('schemas are kept as they change, and stay known when an older one comes back', (t) => {
  const { gen, write, locked, read } = shop(t)
  const fields = () => locked().schemas['shop.Order'].map(({ schema }: { schema: { fields: unknown[] } }) => schema.fields.length)
  t.deepEqual(fields(), [1])
  t.false(read('generated/types/shop/order.ts').includes('orderHistory'))
  write('schemas/order.avsc', withNote)
  t.is(gen().status, 0)
  t.deepEqual(fields(), [1, 2])
  t.true(read('generated/orders/topology.ts').includes('avroSerde(orderCodec, { history: orderHistory })'))
  write('schemas/order.avsc', order())
  t.is(gen().status, 0)
  t.deepEqual(fields(), [2, 1])
})

test('a doc changes nothing; a default does, and is no schema more', (t) => {
  const { gen, write, read, locked } = shop(t)
  write('schemas/order.avsc', withNote)
  gen()
  const before = read(lock)
  write('schemas/order.avsc', withNote.replace('"default"', '"doc": "Of the customer.", "default"'))
  gen()
  t.is(read(lock), before)
  write('schemas/order.avsc', withNote.replace('"default": ""', '"default": "none"'))
  t.is(gen().status, 0)
  t.is(locked().schemas['shop.Order'].length, 2)
})

test('a change that needs a reset is refused, and then nothing is written; --accept-reset takes it', (t) => {
  const { gen, write, read } = shop(t)
  const [code, before] = [read('generated/orders/topology.ts'), read(lock)]
  write('schemas/orders.topology.yaml', manifest.replace('key: string', 'key: long'))
  const { status, stdout, stderr } = gen()
  t.is(status, 1)
  t.is(stdout, '')
  t.true(stderr.includes('schemas/orders.topology.yaml:7:3 state-key The key of store `last` changes (string → long)'))
  t.is(gen('--check').status, 1)
  t.deepEqual([read('generated/orders/topology.ts'), read(lock)], [code, before])
  t.is(gen('--accept-reset').status, 0)
  t.not(read(lock), before)
  t.is(gen('--check').status, 0)
})

test('what two branches did to the lock is merged as text, and the history of both is kept', (t) => {
  const { gen, git, write, read, locked } = shop(t)
  git('init')
  git('add', '.')
  git('commit', '-m', 'first')
  git('checkout', '-b', 'other')
  write('schemas/visits.topology.yaml', manifest.replace('application: orders', 'application: visits'))
  t.is(gen().status, 0)
  git('add', '.')
  git('commit', '-m', 'visits')
  git('checkout', 'main')
  write('schemas/order.avsc', withNote)
  t.is(gen().status, 0)
  git('add', '.')
  git('commit', '-m', 'note')
  git('merge', '-X', 'ours', 'other')
  t.is(gen('--force').status, 0)
  t.is(gen('--check').status, 0)
  t.deepEqual(Object.keys(locked().topologies), ['orders', 'visits'])
  t.is(locked().schemas['shop.Order'].length, 2)
  t.true(read('generated/visits/topology.ts').includes('history: orderHistory'))
})

test('with the marks of a merge nothing is written', (t) => {
  const { gen, write, read } = shop(t)
  const merged = `<<<<<<< HEAD\n${read(lock)}=======\n{}\n>>>>>>> topic\n`
  write(lock, merged)
  write('schemas/order.avsc', withNote)
  const { status, stderr } = gen()
  t.is(status, 1)
  t.true(stderr.startsWith(`${lock}:1:1 lock-conflict `))
  t.is(read(lock), merged)
  t.false(read('generated/types/shop/order.ts').includes('note'))
})

test('what is no file in the place of the lock is left alone', (t) => {
  const { gen, folder, remove } = shop(t)
  remove(lock)
  mkdirSync(join(folder, lock))
  const { status, stderr } = gen()
  t.is(status, 1)
  t.true(stderr.startsWith(`${lock}: it is a link or a folder\n`))
})

test('--no-lock neither reads nor writes one, and --describe does not mind a damaged one', (t) => {
  const { gen, write, has, remove } = shop(t)
  write(lock, '{')
  t.is(gen('--no-lock').status, 0)
  t.is(gen('--describe').status, 0)
  remove(lock)
  t.is(gen('--no-lock').status, 0)
  t.false(has(lock))
})

test('a lock from a stranger becomes no command', (t) => {
  const { gen, write, read } = shop(t)
  write(lock, read(lock).replaceAll('orders-last-changelog', 'x; rm -rf ~'))
  const { status, stderr } = gen('--force')
  t.is(status, 1)
  t.true(stderr.startsWith(`${lock}:1:1 lock-syntax This is no lock that gen wrote: topologies.orders`))
})
