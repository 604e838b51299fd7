// The embedded broker on disk has everything it acknowledged when its folder is opened again, whatever happened to the process.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import test, { type ExecutionContext } from 'ava'
import type { IsolationLevel } from '#runtime/client/client.js'
import { PartitionLog } from '#runtime/client/embedded/partition-log.js'
import { SegmentCache } from '#runtime/client/embedded/segment-cache.js'
import { topicConfig } from '#runtime/client/embedded/topic-config.js'
import { ManualClock } from '#runtime/core/clock.js'
import { silentLogger } from '#runtime/core/logger.js'
import { EmbeddedBroker, embeddedClient, type StoredBrokerOptions } from '#runtime/embedded.js'

const bytes = (text: string | null) => (text === null ? null : new TextEncoder().encode(text))
const text = (value: Uint8Array | null) => (value === null ? 'null' : new TextDecoder().decode(value))
const record = (key: string, value: string | null, timestamp = 0) => ({ key: bytes(key), value: bytes(value), timestamp, headers: [] })

function folder(t: ExecutionContext): string {
  const dir = mkdtempSync(join(tmpdir(), 'millrace-broker-'))
  t.teardown(() => rmSync(dir, { recursive: true, force: true }))
  return dir
}

/** Opens the broker, does something, closes it. */
async function withBroker<T>(dir: string, action: (broker: EmbeddedBroker) => T | Promise<T>, options: Partial<StoredBrokerOptions> = {}) {
  const broker = await EmbeddedBroker.open({ dir, ...options })
  try {
    return await action(broker)
  } finally {
    broker.close()
  }
}

function content(broker: EmbeddedBroker, topic: string, partition = 0, isolation: IsolationLevel = 'readUncommitted'): string[] {
  const lines: string[] = []
  for (let at = broker.beginningOffset(topic, partition); at < broker.endOffset(topic, partition, isolation); ) {
    const { records, nextOffset } = broker.read(topic, partition, at, { isolation, maxBytes: 300 })
    for (const { offset, key, value } of records) lines.push(`${offset} ${text(key)}=${text(value)}`)
    at = nextOffset
  }
  return lines
}

/** The files of a partition, in order. */
function files(dir: string, topic: string, partition = 0): string[] {
  const root = join(dir, 'topics')
  const name = readdirSync(root).find((each) => each.startsWith(`${topic}.`))!
  const path = join(root, name, `${partition}`)
  return readdirSync(path)
    .sort()
    .map((each) => join(path, each))
}

test('a broker opened again has its topics, records, offsets, and where partitions begin', async (t) => {
  const dir = folder(t)
  const config = { 'segment.bytes': '300', 'max.message.bytes': '1000' }
  await withBroker(dir, (broker) => {
    t.is(broker.description, `embedded broker in ${dir}`)
    broker.createTopic({ name: 'in', partitions: 2, config })
    broker.createTopic({ name: 'gone', partitions: 1 })
    broker.append('gone', 0, record('k', 'v'))
    for (let n = 0; n < 50; n++) broker.append('in', 1, record(`k${n}`, n % 9 === 0 ? null : `v${n}`))
    broker.append('in', 1, { ...record('k', 'v', 77), headers: [{ key: 'h', value: null }] })
    broker.deleteRecords('in', 1, 20)
    broker.commitOffsets('group', [{ topic: 'in', partition: 1, offset: 30, metadata: 'm' }])
    broker.commitOffsets('group', [{ topic: 'gone', partition: 0, offset: 1 }])
    broker.deleteTopic('gone')
  })
  await withBroker(dir, (broker) => {
    t.deepEqual(broker.listTopics(), ['in'])
    t.is(broker.describeTopic('in')?.partitions, 2)
    t.is(broker.describeTopic('in')?.config['max.message.bytes'], '1000')
    t.is(broker.beginningOffset('in', 1), 20)
    t.is(broker.endOffset('in', 1), 51)
    t.is(broker.endOffset('in', 0), 0)
    const lines = content(broker, 'in', 1)
    t.is(lines.length, 31)
    t.is(lines[0], '20 k20=v20')
    t.is(lines[7], '27 k27=null')
    t.deepEqual(broker.read('in', 1, 50).records, [{ offset: 50, ...record('k', 'v', 77), headers: [{ key: 'h', value: null }] }])
    t.deepEqual(broker.committedOffset('group', { topic: 'in', partition: 1 }), { topic: 'in', partition: 1, offset: 30, metadata: 'm' })
    broker.createTopic({ name: 'gone', partitions: 1 })
    t.is(broker.endOffset('gone', 0), 0)
    t.is(broker.committedOffset('group', { topic: 'gone', partition: 0 }), undefined)
    t.is(broker.append('in', 1, record('k', 'after')), 51)
    broker.deleteRecords('in', 1, -1)
  })
  await withBroker(dir, (broker) => {
    t.is(broker.beginningOffset('in', 1), 52)
    t.is(broker.append('in', 1, record('k', 'v')), 52)
  })
})

test('compaction and retention free the disk, and their outcome is there again', async (t) => {
  const dir = folder(t)
  const clock = new ManualClock(1_000_000)
  const sizes = () => files(dir, 'table').reduce((sum, file) => sum + statSync(file).size, 0)
  await withBroker(
    dir,
    (broker) => {
      broker.createTopic({ name: 'table', partitions: 1, config: { 'cleanup.policy': 'compact', 'segment.bytes': '1000' } })
      broker.createTopic({ name: 'log', partitions: 1, config: { 'retention.ms': '10', 'segment.bytes': '1000' } })
      for (let n = 0; n < 1_000; n++) broker.append('table', 0, record(`k${n % 5}`, `v${n}`))
      broker.append('table', 0, record('k0', null))
      for (let n = 0; n < 1_000; n++) broker.append('log', 0, record('k', `v${n}`, clock.now()))
      const before = sizes()
      broker.clean()
      t.true(sizes() < before / 10)
      clock.advance(1_000)
      broker.clean('log')
      t.is(files(dir, 'log').length, 1)
    },
    { clock },
  )
  const expected = ['996 k1=v996', '997 k2=v997', '998 k3=v998', '999 k4=v999', '1000 k0=null']
  await withBroker(
    dir,
    (broker) => {
      t.deepEqual(content(broker, 'table'), expected)
      t.is(broker.beginningOffset('log', 0), 1_000)
      clock.advance(86_400_000)
      broker.clean()
      t.deepEqual(content(broker, 'table'), expected.slice(0, 4))
    },
    { clock },
  )
  await withBroker(dir, (broker) => {
    t.deepEqual(content(broker, 'table'), expected.slice(0, 4))
    t.is(broker.endOffset('table', 0), 1_001)
    t.is(broker.append('log', 0, record('k', 'v')), 1_000)
  })
})

test('a crash between a compacted segment and the removal of those it replaces brings nothing back', async (t) => {
  const dir = folder(t)
  const make = (broker: EmbeddedBroker) => {
    broker.createTopic({
      name: 'table',
      partitions: 1,
      config: { 'cleanup.policy': 'compact', 'delete.retention.ms': '0', 'segment.bytes': '200' },
    })
    for (let n = 0; n < 8; n++) broker.append('table', 0, record(`k${n}`, '0'.repeat(60)))
    for (let n = 0; n < 8; n++) broker.append('table', 0, record(`k${n}`, n === 0 ? 'kept' : null))
  }
  await withBroker(dir, make)
  const before = new Map(files(dir, 'table').map((file) => [file, readFileSync(file)]))
  t.true(before.size > 2)
  await withBroker(dir, (broker) => {
    broker.clean()
    broker.clean()
    t.deepEqual(content(broker, 'table'), ['8 k0=kept'])
  })
  for (const [file, old] of before) if (!existsSync(file)) writeFileSync(file, old)
  writeFileSync(`${files(dir, 'table')[0]}.new`, 'a draft that was not finished')
  await withBroker(dir, (broker) => {
    t.deepEqual(content(broker, 'table'), ['8 k0=kept'])
    t.is(broker.endOffset('table', 0), 16)
  })
  t.false(files(dir, 'table').some((file) => file.endsWith('.new')))
})

test('a torn tail is cut with a warning, and writing goes on from there', async (t) => {
  for (const tear of ['half a record', 'half a frame head', 'garbage', 'one bit'] as const) {
    const dir = folder(t)
    await withBroker(dir, (broker) => {
      broker.createTopic({ name: 'in', partitions: 1 })
      for (let n = 0; n < 10; n++) broker.append('in', 0, record('k', `v${n}`))
    })
    const [file] = files(dir, 'in')
    const { size } = statSync(file!)
    if (tear === 'half a record') truncateSync(file!, size - 3)
    if (tear === 'half a frame head') appendFileSync(file!, Buffer.of(9, 0, 0))
    if (tear === 'garbage') appendFileSync(file!, Buffer.alloc(100, 0x5a))
    if (tear === 'one bit') {
      const all = readFileSync(file!)
      all[size - 1]! ^= 1
      writeFileSync(file!, all)
    }
    const kept = tear === 'half a record' || tear === 'one bit' ? 9 : 10
    const warnings: string[] = []
    await withBroker(
      dir,
      (broker) => {
        t.is(broker.endOffset('in', 0), kept, tear)
        t.is(broker.append('in', 0, record('k', 'again')), kept)
      },
      { logger: { ...silentLogger, warn: (message) => warnings.push(message) } },
    )
    t.is(warnings.length, 1)
    t.regex(warnings[0]!, new RegExp(`^Cut \\d+ bytes off in-0 in .*: a write that was not finished, at offset ${kept}\\.$`))
    await withBroker(dir, (broker) => t.is(content(broker, 'in').at(-1), `${kept} k=again`))
  }
})

test('damage before the tail is refused, not cut', async (t) => {
  const dir = folder(t)
  await withBroker(dir, (broker) => {
    broker.createTopic({ name: 'in', partitions: 1, config: { 'segment.bytes': '200' } })
    for (let n = 0; n < 30; n++) broker.append('in', 0, record('k', `v${n}`))
  })
  const [first] = files(dir, 'in')
  const damaged = readFileSync(first!)
  damaged[60]! ^= 0xff
  writeFileSync(first!, damaged)
  t.like(await t.throwsAsync(EmbeddedBroker.open({ dir, logger: silentLogger })), {
    code: 'STATE_DIRECTORY',
    details: { topic: 'in', partition: 0 },
  })
  // The lock was given back, and nothing was changed.
  t.like(await t.throwsAsync(EmbeddedBroker.open({ dir, logger: silentLogger })), { code: 'STATE_DIRECTORY' })
  t.deepEqual(readFileSync(first!), damaged)
})

test('a folder of something else, or of another version, is refused and left alone', async (t) => {
  const dir = folder(t)
  writeFileSync(join(dir, 'thesis.txt'), 'precious')
  t.like(await t.throwsAsync(EmbeddedBroker.open({ dir })), { code: 'STATE_FOREIGN' })
  t.deepEqual(readdirSync(dir), ['thesis.txt'])
  const other = folder(t)
  writeFileSync(join(other, 'format.json'), '{"format":99}')
  t.like(await t.throwsAsync(EmbeddedBroker.open({ dir: other })), { code: 'STATE_VERSION' })
})

test('transactions: one that was open is aborted when the folder is opened, one that was decided is finished', async (t) => {
  const dir = folder(t)
  await withBroker(dir, async (broker) => {
    broker.createTopic({ name: 'in', partitions: 2 })
    const client = embeddedClient(broker)
    const [a, b] = [client.createProducer({ transactionalId: 'a' }), client.createProducer({ transactionalId: 'b' })]
    await a.initTransactions()
    await b.initTransactions()
    await b.beginTransaction()
    b.send({ topic: 'in', partition: 1, ...record('b', 'open') })
    await b.flush()
    await b.sendOffsets('group', [{ topic: 'in', partition: 1, offset: 9 }])
    await a.beginTransaction()
    a.send({ topic: 'in', partition: 0, ...record('a', 'decided') })
    a.send({ topic: 'in', partition: 1, ...record('a', 'decided') })
    await a.sendOffsets('group', [{ topic: 'in', partition: 0, offset: 7 }])
    await a.commitTransaction()
  })
  // As if the process had died after the decision: the marker of partition 1 and the end of the decision are taken away.
  cutLastFrame(files(dir, 'in', 1).at(-1)!)
  cutLastFrame(join(dir, 'journal', readdirSync(join(dir, 'journal')).sort().at(-1)!))
  await withBroker(dir, (broker) => {
    t.deepEqual(content(broker, 'in', 0, 'readCommitted'), ['0 a=decided'])
    t.deepEqual(content(broker, 'in', 1, 'readCommitted'), ['1 a=decided'])
    t.is(broker.endOffset('in', 1, 'readCommitted'), broker.endOffset('in', 1))
    t.is(broker.committedOffset('group', { topic: 'in', partition: 0 })?.offset, 7)
    t.is(broker.committedOffset('group', { topic: 'in', partition: 1 }), undefined)
  })
  await withBroker(dir, (broker) => t.deepEqual(content(broker, 'in', 1, 'readCommitted'), ['1 a=decided']))
})

test('transactions: what compaction has kept of them is committed when the folder is opened again', async (t) => {
  const dir = folder(t)
  await withBroker(dir, async (broker) => {
    broker.createTopic({ name: 'table', partitions: 1, config: { 'cleanup.policy': 'compact' } })
    const producer = embeddedClient(broker).createProducer({ transactionalId: 'tx' })
    await producer.initTransactions()
    for (const [key, value] of [
      ['k', 'first'],
      ['k', 'aborted'],
      ['k', 'committed'],
      ['after', 'committed'],
    ] as const) {
      await producer.beginTransaction()
      producer.send({ topic: 'table', partition: 0, ...record(key, value) })
      await producer.flush()
      if (value === 'aborted') await producer.abortTransaction()
      else await producer.commitTransaction()
    }
    broker.clean()
    t.deepEqual(content(broker, 'table', 0, 'readCommitted'), ['4 k=committed', '6 after=committed'])
  })
  await withBroker(dir, (broker) => {
    t.deepEqual(content(broker, 'table', 0, 'readCommitted'), ['4 k=committed', '6 after=committed'])
    t.is(broker.endOffset('table', 0, 'readCommitted'), 8)
  })
})

test('an append that the disk refuses was never there, and the next takes its place', (t) => {
  const stored: Uint8Array[] = []
  let full = false
  const segment = {
    append(frame: Uint8Array) {
      if (full) throw new Error('no space left on device')
      stored.push(frame.slice())
    },
    read: () => Buffer.concat(stored),
    truncate() {},
    close() {},
    remove() {},
    publish() {},
  }
  const storage = { cache: new SegmentCache(0), create: () => segment, createReplacement: () => segment, saveStart() {} }
  const log = new PartitionLog({ topic: 'in', partition: 0 }, topicConfig('in'), new ManualClock(), storage)
  log.append([record('k', 'first')])
  full = true
  t.throws(() => log.append([record('k', 'lost', 99), record('k', 'lost too')], { producerId: 1 }), { message: /no space left/ })
  t.is(log.endOffset, 1)
  t.is(log.lastStableOffset, 1)
  t.is(log.segments[0]!.maxTimestamp, 0)
  full = false
  t.is(log.append([record('k', 'second')]), 1)
  t.deepEqual(
    log.read(0).records.map(({ value }) => text(value)),
    ['first', 'second'],
  )
  t.is(Buffer.concat(stored).byteLength, log.size)
})

/** Cuts the last frame (size u32, CRC u32, content) off a file that has a head of 16 bytes. */
function cutLastFrame(file: string): void {
  const all = readFileSync(file)
  let last = 16
  for (let at = 16; at < all.byteLength; at += 8 + all.readUInt32LE(at)) last = at
  truncateSync(file, last)
}

/** Starts the child, and waits until it has said `lines` lines. */
async function child(t: ExecutionContext, dir: string, job: string, lines: number) {
  const path = join(import.meta.dirname, 'embedded-disk-child.js')
  const running = spawn(process.execPath, [path, dir, job], { stdio: ['ignore', 'pipe', 'inherit'] })
  t.teardown(() => running.kill('SIGKILL'))
  const said: string[] = []
  const output = createInterface({ input: running.stdout })
  const ended = Promise.all([once(output, 'close'), once(running, 'exit')])
  await new Promise<void>((resolve) => {
    output.on('line', (line) => {
      said.push(line)
      if (said.length === lines) resolve()
    })
  })
  return {
    said,
    /** Resolves when it is dead and all that it said is heard. */
    async kill() {
      running.kill('SIGKILL')
      await ended
    },
  }
}

test('killed in the middle of writing, again and again, it has everything acknowledged, in order, and nothing twice', async (t) => {
  const dir = folder(t)
  let acknowledged = 0
  for (const lines of [2, 150, 400]) {
    const running = await child(t, dir, 'records', lines)
    await running.kill()
    const last = Number(running.said.at(-1))
    acknowledged += last + 1
    await withBroker(
      dir,
      (broker) => {
        for (const partition of [0, 1]) {
          const all = content(broker, 'in', partition)
          t.true(all.length >= acknowledged * 5)
          // What was written after the last acknowledgement may be there as well.
          t.true(all.length <= (acknowledged + 1) * 5)
          const ofThisRun = all.slice((acknowledged - last - 1) * 5).map((line) => line.split('=')[1])
          for (const [n, value] of ofThisRun.entries()) if (value !== `${Math.floor(n / 5)}-${n % 5}`) t.fail(`${value} at ${n}`)
          broker.deleteRecords('in', partition, -1)
        }
        const table = new Map(content(broker, 'table').map((line) => line.split(' ')[1]!.split('=') as [string, string]))
        for (let n = Math.max(0, last - 6); n <= last; n++) t.true(Number(table.get(`${n % 7}`)) >= n)
        t.true(broker.committedOffset('group', { topic: 'in', partition: 0 })!.offset >= last)
      },
      { logger: silentLogger },
    )
    acknowledged = 0
  }
})

test('killed in the middle of transactions, it has all that were committed, and none of the others', async (t) => {
  const dir = folder(t)
  const running = await child(t, dir, 'transactions', 300)
  await running.kill()
  const committed = running.said.slice(1).map(Number)
  await withBroker(
    dir,
    (broker) => {
      const seen = [0, 1].map((partition) => content(broker, 'in', partition, 'readCommitted').map((line) => line.split('=')[1]!))
      t.deepEqual(seen[0], seen[1])
      const whole = seen[0]!.filter((value) => value.endsWith('-0')).map((value) => Number(value.split('-')[0]))
      // One more may have been committed, and not said.
      t.deepEqual(whole.slice(0, committed.length), committed)
      t.true(whole.length <= committed.length + 1)
      t.is(seen[0]!.length, whole.length * 5)
      t.is(broker.committedOffset('group', { topic: 'in', partition: 0 })?.offset, whole.at(-1))
      t.is(broker.endOffset('in', 0, 'readCommitted'), broker.endOffset('in', 0))
    },
    { logger: silentLogger },
  )
})

test('a second process on the folder is refused while the first lives, and let in once it is dead', async (t) => {
  const dir = folder(t)
  const running = await child(t, dir, 'records', 2)
  t.like(await t.throwsAsync(EmbeddedBroker.open({ dir }), { message: /folder of the embedded broker .* in use by process \d+/ }), {
    code: 'STATE_LOCKED',
  })
  await running.kill()
  await withBroker(dir, (broker) => t.true(broker.endOffset('in', 0) > 0), { logger: silentLogger })
})

const onLinux = process.platform === 'linux' ? test : test.skip

onLinux('a process that was killed and is still a zombie, since its parent does not ask after it, holds nothing', async (t) => {
  const dir = folder(t)
  const path = join(import.meta.dirname, 'embedded-disk-child.js')
  const careless = spawn('sh', ['-c', '"$0" "$1" "$2" records & exec sleep 1000', process.execPath, path, dir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.teardown(() => careless.kill('SIGKILL'))
  await once(createInterface({ input: careless.stdout }), 'line')
  const { pid } = JSON.parse(readFileSync(join(dir, 'lock'), 'utf8')) as { pid: number }
  process.kill(pid, 'SIGKILL')
  while (!/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))) await new Promise((resolve) => setTimeout(resolve, 5))
  await withBroker(dir, (broker) => t.deepEqual(broker.listTopics(), ['in', 'table']), { logger: silentLogger })
})

test('the same process is refused a folder that it has open', async (t) => {
  const dir = folder(t)
  await withBroker(dir, async () => {
    t.like(await t.throwsAsync(EmbeddedBroker.open({ dir })), { code: 'STATE_LOCKED' })
  })
  await withBroker(dir, (broker) => t.deepEqual(broker.listTopics(), []))
})

test('the journal stays small however often offsets are committed', async (t) => {
  const dir = folder(t)
  await withBroker(dir, (broker) => {
    broker.createTopic({ name: 'in', partitions: 1 })
    for (let n = 0; n <= 100_000; n++) broker.commitOffsets('group', [{ topic: 'in', partition: 0, offset: n }])
  })
  const size = readdirSync(join(dir, 'journal')).reduce((sum, name) => sum + statSync(join(dir, 'journal', name)).size, 0)
  t.true(size < 10 << 20)
  await withBroker(dir, (broker) => t.is(broker.committedOffset('group', { topic: 'in', partition: 0 })?.offset, 100_000))
})
