// Installs the packed tarballs in an empty project and runs a job there: schemas, a manifest with a groupBy and a count, gen, tsc, run. Then in another one, which gen init lays.
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'

const root = join(import.meta.dirname, '..')
const folder = mkdtempSync(join(tmpdir(), 'millrace-packed-'))
const run = (command, ...args) => execFileSync(command, args, { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8' })
const write = (path, text) => {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  writeFileSync(join(folder, path), text)
}

execFileSync('npm', ['pack', '--silent', '-w', 'runtime', '-w', 'generator', '--pack-destination', folder], { cwd: root, stdio: 'inherit' })
const tarballs = readdirSync(folder).filter((name) => name.endsWith('.tgz'))
write('package.json', JSON.stringify({ name: 'packed', private: true, type: 'module' }))
run('npm', 'install', '--silent', '--ignore-scripts', ...tarballs.map((name) => `./${name}`), 'typescript@7', '@types/node@20')
for (const name of ['millrace', '@millrace/gen']) {
  const read = (path) => readFileSync(join(folder, 'node_modules', name, path), 'utf8')
  if (read('LICENSE') !== readFileSync(join(root, 'LICENSE'), 'utf8')) throw new Error(`${name} has another license than the repository`)
  if (!read('README.md').startsWith(`# ${name}\n`)) throw new Error(`the README of ${name} is another's`)
}

write(
  'schemas/order.avsc',
  JSON.stringify({
    type: 'record',
    name: 'Order',
    namespace: 'shop',
    fields: [
      { name: 'customer', type: 'string' },
      { name: 'amount', type: 'double' },
    ],
  }),
)
write(
  'schemas/orders.topology.yaml',
  `application: orders-per-customer
topics:
  orders: { key: string, value: shop.Order, partitions: 2 }
  counts: { key: string, value: long, partitions: 2 }
stores:
  per-customer: { kind: keyValue, queryable: true }
steps:
  orders: { stream: orders }
  by-customer: { groupBy: orders, key: string }
  counted: { count: by-customer, store: per-customer }
  out: { sink: counted, topic: counts }
`,
)
write(
  'main.ts',
  `import { embeddedClient, EmbeddedBroker } from 'millrace/embedded'
import { ByCustomer, Orders } from './generated/orders.js'
import { OrdersDriver } from './generated/orders/driver.js'

class Customer extends ByCustomer {
  protected override groupKey({ value }: ByCustomer.In): string {
    return value.customer
  }
}

using driver = new OrdersDriver({ byCustomer: Customer })
driver.inputs.orders.pipe('1', { customer: 'ann', amount: 1 })
driver.inputs.orders.pipe('2', { customer: 'bob', amount: 2 })
driver.inputs.orders.pipe('3', { customer: 'ann', amount: 3 })
console.log(JSON.stringify(driver.outputs.counts.readAll().map(({ key, value }) => [key, value])))

const app = new Orders({ byCustomer: Customer }, { client: embeddedClient(new EmbeddedBroker()), createTopics: true })
await app.start()
console.log(app.state, await app.stores.perCustomer.get('ann'))
await app.close()
console.log(app.state)
`,
)
write(
  'tsconfig.json',
  JSON.stringify({
    compilerOptions: {
      target: 'ES2023',
      lib: ['ES2023', 'ESNext.Disposable'],
      module: 'nodenext',
      types: ['node'],
      strict: true,
      exactOptionalPropertyTypes: true,
      noImplicitOverride: true,
      verbatimModuleSyntax: true,
      isolatedModules: true,
      erasableSyntaxOnly: true,
      skipLibCheck: false,
      outDir: 'build',
    },
    include: ['main.ts', 'generated'],
  }),
)
console.log(run('npx', 'gen', 'schemas').trim())
run('npx', 'gen', 'schemas', '--check')
run('npx', 'tsc')
const output = run('node', 'build/main.js')
const expected = '[["ann",1],["bob",1],["ann",2]]\nRUNNING undefined\nNOT_RUNNING\n'
if (output !== expected) throw new Error(`the packed job printed\n${output}instead of\n${expected}`)

if (!run('npx', 'millrace', '--help').startsWith('Usage: millrace reset'))
  throw new Error('the packed command millrace does not tell its usage')

const laid = join(folder, 'laid')
const runLaid = (command, ...args) => execFileSync(command, args, { cwd: laid, stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8' })
write('laid/package.json', JSON.stringify({ name: 'laid', private: true, type: 'module' }))
runLaid('npm', 'install', '--silent', '--ignore-scripts', ...tarballs.map((name) => join(folder, name)))
console.log(runLaid('npx', 'gen', 'init').trim())
runLaid('npm', 'install', '--silent', '--ignore-scripts')
runLaid('npm', 'run', '--silent', 'gen:check')
console.log(runLaid('npm', '--silent', 'test').trim())
await start(/ann: \d+/)
await start(/eve: \d+/)

rmSync(folder, { recursive: true })
console.log('the packed tarballs work in an empty project')

/** `npm start` until it prints what is expected, then Ctrl-C as a terminal does it: for all processes of the group. */
async function start(expected) {
  const child = spawn('npm', ['--silent', 'start'], { cwd: laid, stdio: ['ignore', 'pipe', 'inherit'], detached: true })
  const ended = once(child, 'close')
  for await (const line of createInterface({ input: child.stdout })) {
    if (!expected.test(line)) continue
    console.log(`npm start: ${line}`)
    process.kill(-child.pid, 'SIGINT')
    await ended
    return
  }
  throw new Error(`npm start ended without ${expected}`)
}
