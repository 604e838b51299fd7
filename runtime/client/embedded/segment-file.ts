import { closeSync, fstatSync, ftruncateSync, openSync, readSync, renameSync, rmSync, writeSync } from 'node:fs'
import { StreamError, toStreamError } from '../../core/errors.js'
import type { SegmentStorage } from './segment.js'

const magic = Buffer.from('MRLOG\0\0\x01', 'latin1')
/** The magic, and where the segment ends as f64: 0 if more may come, else it replaces all that began before. */
const headSize = 16
const draftSuffix = '.new'

/**
 * A segment in a file, written through to the operating system with each append: it survives the death of the process, and of the
 * machine as far as the system has written it out (as Kafka's own default).
 */
export class SegmentFile implements SegmentStorage {
  #path: string
  /** Where it ends for good, for a segment that replaced others. */
  readonly endOffset: number
  #fd: number | undefined
  #size: number

  private constructor(path: string, endOffset: number, fd: number | undefined, size: number) {
    this.#path = path
    this.endOffset = endOffset
    this.#fd = fd
    this.#size = size
  }

  static create(path: string, endOffset = 0): SegmentFile {
    return onDisk(path, () => {
      const fd = openSync(path, 'wx+')
      const head = Buffer.alloc(headSize)
      head.set(magic)
      head.writeDoubleLE(endOffset, magic.byteLength)
      writeAll(fd, head, 0)
      return new SegmentFile(path, endOffset, fd, headSize)
    })
  }

  /** A segment to be filled aside, until `publish`. */
  static createDraft(path: string, endOffset: number): SegmentFile {
    rmSync(path + draftSuffix, { force: true })
    return SegmentFile.create(path + draftSuffix, endOffset)
  }

  /** What was created earlier; undefined if the process died before it had a head. */
  static open(path: string): SegmentFile | undefined {
    return onDisk(path, () => {
      const fd = openSync(path, 'r')
      try {
        const head = Buffer.alloc(headSize)
        if (readSync(fd, head, 0, headSize, 0) < headSize) return undefined
        if (!head.subarray(0, magic.byteLength).equals(magic)) {
          throw new StreamError('STATE_FOREIGN', `${path} is no log that this version of Millrace wrote.`)
        }
        return new SegmentFile(path, head.readDoubleLE(magic.byteLength), undefined, fstatSync(fd).size)
      } finally {
        closeSync(fd)
      }
    })
  }

  append(bytes: Uint8Array): void {
    onDisk(this.#path, () => {
      const fd = this.#open()
      try {
        writeAll(fd, bytes, this.#size)
      } catch (error) {
        ftruncateSync(fd, this.#size)
        throw error
      }
      this.#size += bytes.byteLength
    })
  }

  read(): Buffer {
    return onDisk(this.#path, () => {
      const wasOpen = this.#fd !== undefined
      const bytes = Buffer.from(new ArrayBuffer(this.#size - headSize))
      const fd = this.#open()
      let at = 0
      while (at < bytes.byteLength) {
        const read = readSync(fd, bytes, at, bytes.byteLength - at, headSize + at)
        if (read === 0) throw new Error(`${this.#path} has become shorter.`)
        at += read
      }
      if (!wasOpen) this.close()
      return bytes
    })
  }

  truncate(size: number): void {
    onDisk(this.#path, () => ftruncateSync(this.#open(), headSize + size))
    this.#size = headSize + size
  }

  /** Gives the file handle back; what needs it opens it again. */
  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd)
    this.#fd = undefined
  }

  remove(): void {
    this.close()
    rmSync(this.#path, { force: true })
  }

  /** Puts a draft in the place of the first of those replaced, at once, and then removes the others. */
  publish(replaced: readonly SegmentStorage[]): void {
    onDisk(this.#path, () => {
      const path = this.#path.slice(0, -draftSuffix.length)
      for (const each of replaced) each.close()
      renameSync(this.#path, path)
      this.#path = path
      for (const each of replaced) if (!(each instanceof SegmentFile && each.#path === path)) each.remove()
    })
  }

  #open(): number {
    this.#fd ??= openSync(this.#path, 'r+')
    return this.#fd
  }
}

function writeAll(fd: number, bytes: Uint8Array, at: number): void {
  for (let done = 0; done < bytes.byteLength; ) done += writeSync(fd, bytes, done, bytes.byteLength - done, at + done)
}

/** Does `action`, its failures as errors of ours. */
export function onDisk<T>(path: string, action: () => T): T {
  try {
    return action()
  } catch (error) {
    const full = (error as NodeJS.ErrnoException).code === 'ENOSPC'
    throw toStreamError(error, full ? 'STATE_FULL' : 'STATE_DIRECTORY', { hint: `The embedded broker keeps its records in ${path}.` })
  }
}
