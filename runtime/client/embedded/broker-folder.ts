import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '../../core/clock.js'
import { DirectoryLock } from '../../core/directory-lock.js'
import { StreamError } from '../../core/errors.js'
import type { Logger } from '../../core/logger.js'
import { type LogStorage, PartitionLog } from './partition-log.js'
import { Segment } from './segment.js'
import type { SegmentCache } from './segment-cache.js'
import { onDisk, SegmentFile } from './segment-file.js'
import type { TopicSpec } from './topic.js'
import { topicConfig } from './topic-config.js'

const formatVersion = 1

/**
 * Where a broker keeps its topics, for one process at a time:
 *
 *     format.json   journal/<offset>.log   topics/<name>.<id>/<partition>/<offset>.log
 */
export class BrokerFolder {
  readonly path: string
  readonly #lock: DirectoryLock
  readonly #logger: Logger
  readonly #cache: SegmentCache

  private constructor(path: string, lock: DirectoryLock, logger: Logger, cache: SegmentCache) {
    this.path = path
    this.#lock = lock
    this.#logger = logger
    this.#cache = cache
  }

  /** Throws STATE_LOCKED, STATE_FOREIGN, STATE_VERSION, STATE_DIRECTORY. */
  static async open(path: string, logger: Logger, cache: SegmentCache): Promise<BrokerFolder> {
    const otherwise = 'connect this one to a broker of its own, in another folder'
    const lock = await DirectoryLock.acquire(path, { noun: 'folder of the embedded broker', otherwise })
    try {
      onDisk(path, () => checkFormat(path))
      return new BrokerFolder(path, lock, logger, cache)
    } catch (error) {
      lock.release()
      throw error
    }
  }

  /** The log of the broker's own facts, with what it has. */
  openJournal(clock: Clock): PartitionLog {
    const config = topicConfig('journal', { 'cleanup.policy': 'compact', 'delete.retention.ms': '0', 'segment.bytes': `${4 << 20}` })
    const log = new PartitionLog({ topic: 'journal', partition: 0 }, config, clock, new LogFolder(join(this.path, 'journal'), this.#cache))
    this.recover(log)
    return log
  }

  storage(topic: TopicSpec, partition: number, saveStart: (offset: number) => void): LogStorage {
    return new LogFolder(join(this.#folderOf(topic), `${partition}`), this.#cache, saveStart)
  }

  /** Finds the records of a log; `start` is where it begins as far as that was saved. */
  recover(log: PartitionLog, start = 0): void {
    const folder = log.storage as LogFolder
    const segments = folder.open()
    log.recover(segments, start, (segment, bytes) => {
      const place = `${log.topic}-${log.partition} in ${folder.path}`
      if (segment === segments.at(-1)) {
        this.#logger.warn(`Cut ${bytes} bytes off ${place}: a write that was not finished, at offset ${segment.nextOffset()}.`)
        return
      }
      throw new StreamError('STATE_DIRECTORY', `The log of ${place} is damaged at offset ${segment.nextOffset()}.`, {
        topic: log.topic,
        partition: log.partition,
        hint: 'Put back a copy of the folder; or delete that of the partition, and give its records up.',
      })
    })
  }

  /** Removes what is left of topics that are no more. */
  removeAllBut(topics: readonly TopicSpec[]): void {
    const kept = new Set(topics.map((topic) => this.#folderOf(topic)))
    const root = join(this.path, 'topics')
    for (const name of existsSync(root) ? readdirSync(root) : []) {
      if (!kept.has(join(root, name))) rmSync(join(root, name), { recursive: true, force: true })
    }
  }

  removeTopic(topic: TopicSpec): void {
    rmSync(this.#folderOf(topic), { recursive: true, force: true })
  }

  close(): void {
    this.#lock.release()
  }

  #folderOf({ name, id }: TopicSpec): string {
    return join(this.path, 'topics', `${name}.${id}`)
  }
}

/** The files of one log. */
class LogFolder implements LogStorage {
  readonly path: string
  readonly cache: SegmentCache
  readonly #saveStart: ((offset: number) => void) | undefined

  constructor(path: string, cache: SegmentCache, saveStart?: (offset: number) => void) {
    this.path = path
    this.cache = cache
    this.#saveStart = saveStart
  }

  saveStart(offset: number): void {
    this.#saveStart?.(offset)
  }

  create(baseOffset: number): SegmentFile {
    onDisk(this.path, () => mkdirSync(this.path, { recursive: true }))
    return SegmentFile.create(this.#file(baseOffset))
  }

  createReplacement(baseOffset: number, endOffset: number): SegmentFile {
    return SegmentFile.createDraft(this.#file(baseOffset), endOffset)
  }

  /** The segments in order, without drafts and those that a replacement has outlived. */
  open(): Segment[] {
    const segments: Segment[] = []
    let replacedBefore = 0
    for (const name of existsSync(this.path) ? readdirSync(this.path).sort() : []) {
      const path = join(this.path, name)
      const baseOffset = Number(/^(\d{16})\.log$/.exec(name)?.[1] ?? -1)
      const file = baseOffset < replacedBefore ? undefined : SegmentFile.open(path)
      if (file === undefined) {
        rmSync(path)
        continue
      }
      replacedBefore = Math.max(replacedBefore, file.endOffset)
      segments.push(new Segment(baseOffset, file, this.cache))
    }
    return segments
  }

  #file(baseOffset: number): string {
    return join(this.path, `${`${baseOffset}`.padStart(16, '0')}.log`)
  }
}

function checkFormat(path: string): void {
  const file = join(path, 'format.json')
  if (!existsSync(file)) {
    const [foreign] = readdirSync(path).filter((name) => !name.startsWith('lock') && name !== 'format.json.new')
    if (foreign !== undefined) {
      throw new StreamError('STATE_FOREIGN', `${path} is no folder of the embedded broker: it has ${foreign}.`, {
        hint: 'Name an empty folder, or one that does not exist.',
      })
    }
    writeFileSync(file, `${JSON.stringify({ format: formatVersion })}\n`)
    return
  }
  const { format } = JSON.parse(readFileSync(file, 'utf8')) as { format?: unknown }
  if (format === formatVersion) return
  throw new StreamError('STATE_VERSION', `${path} is of format ${format}; this version of Millrace reads ${formatVersion}.`)
}
