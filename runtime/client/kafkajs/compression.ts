import { promisify } from 'node:util'
import * as zlib from 'node:zlib'
import kafkajs from 'kafkajs'
import { StreamError } from '../../core/errors.js'
import type { ProducerOptions } from '../client.js'

type Compression = NonNullable<ProducerOptions['compression']>

export interface Codec {
  compress(bytes: Buffer): Promise<Uint8Array> | Uint8Array
  decompress(bytes: Buffer): Promise<Uint8Array> | Uint8Array
}

/** Imports an optional package; tests pass their own. */
export type Importer = (name: string) => Promise<unknown>

/** By their numbers in the protocol. */
const names: readonly Compression[] = ['none', 'gzip', 'snappy', 'lz4', 'zstd']

export function codecNumber(compression: Compression): number {
  return names.indexOf(compression)
}

const loading = new Map<number, Promise<Codec>>()

export function loadCodec(codec: number): Promise<Codec> {
  let promise = loading.get(codec)
  if (promise === undefined) {
    promise = findCodec(codec)
    loading.set(codec, promise)
    promise.catch(() => loading.delete(codec)) // it may be installed, or registered with kafkajs, meanwhile
  }
  return promise
}

/** One registered with kafkajs by the application, else Node's own, else of the package that is known to do it. */
export async function findCodec(codec: number, importer: Importer = (name) => import(name)): Promise<Codec> {
  const name = names[codec]
  if (name === 'gzip') return { compress: promisify(zlib.gzip), decompress: promisify(zlib.gunzip) }
  const registered = registeredWithKafkajs(codec)
  if (registered !== undefined) return registered
  if (name === 'zstd' && 'zstdCompress' in zlib) return nodeZstd()
  const optional = packages[name ?? '']
  if (optional === undefined) throw new StreamError('COMPRESSION', `records are compressed by codec ${codec}, which is not known`)
  try {
    return await optional.load(await importer(optional.name))
  } catch (cause) {
    throw new StreamError('COMPRESSION', `records are compressed with ${name}, and nothing is installed that can read or write it`, {
      hint: `Install it: npm install ${optional.name} (or register a codec of your own with kafkajs's CompressionCodecs).`,
      cause,
    })
  }
}

interface KafkajsCodec {
  compress(encoder: { readonly buffer: Buffer }): Promise<Buffer>
  decompress(bytes: Buffer): Promise<Buffer>
}

function fromKafkajs(codec: KafkajsCodec): Codec {
  return { compress: (buffer) => codec.compress({ buffer }), decompress: (bytes) => codec.decompress(bytes) }
}

/** kafkajs has a function for each codec, which throws where there is no plugin. */
function registeredWithKafkajs(codec: number): Codec | undefined {
  try {
    return fromKafkajs((kafkajs.CompressionCodecs as Readonly<Record<number, () => KafkajsCodec>>)[codec]!())
  } catch {
    return undefined
  }
}

/** Node has it since 22.15. */
function nodeZstd(): Codec {
  const { zstdCompress, zstdDecompress } = zlib as unknown as Record<string, typeof zlib.gzip>
  return { compress: promisify(zstdCompress!), decompress: promisify(zstdDecompress!) }
}

interface OptionalPackage {
  readonly name: string
  load(module: unknown): Promise<Codec> | Codec
}

interface Functions {
  compress(bytes: Uint8Array): Uint8Array
  decompress(bytes: Uint8Array): Uint8Array
}

/** In JavaScript, WebAssembly, or compiled beforehand: they install without running anything. */
const packages: Readonly<Record<string, OptionalPackage>> = {
  snappy: {
    name: 'kafkajs-snappy', // knows the frames that Java's clients write around snappy
    load: (module) => fromKafkajs((module as { default: () => KafkajsCodec }).default()),
  },
  lz4: {
    name: 'lz4-napi',
    load(module) {
      const { compressFrame, decompressFrame } = module as Readonly<Record<string, Codec['compress']>>
      return { compress: (bytes) => compressFrame!(bytes), decompress: (bytes) => decompressFrame!(bytes) }
    },
  },
  zstd: {
    name: '@bokuweb/zstd-wasm',
    async load(module) {
      const { init, compress, decompress } = module as Functions & { init(): Promise<void> }
      await init()
      return { compress: (bytes) => compress(bytes), decompress: (bytes) => decompress(bytes) }
    },
  },
}
