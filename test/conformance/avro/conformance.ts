import { VectorCheck } from './check.js'
import { type Generated, type GeneratedSchema, generateAll } from './generated.js'
import type { Vector } from './vectors.js'

export interface ConformanceResult {
  readonly differences: readonly string[]
  readonly vectors: number
  readonly checks: number
}

const longs = ['number', 'bigint'] as const

/**
 * Generates types and serdes for each vector and its evolved schema, once with longs as numbers and once as bigints, compiles all of them at once
 * below build/<name>, and compares what they do with the vectors.
 */
export async function runVectors(name: string, vectors: readonly Vector[]): Promise<ConformanceResult> {
  const differences: string[] = []
  const wanted: GeneratedSchema[] = vectors.flatMap(({ name: vector, schema, evolved }) =>
    longs.flatMap((long) => [
      { folder: `${vector}/${long}`, schema, long },
      ...(evolved === undefined ? [] : [{ folder: `${vector}/${long}-evolved`, schema: evolved, long }]),
    ]),
  )
  const generated = new Map<string, Generated>()
  const { problems, generated: all } = generateAll(name, wanted, (schema, message) =>
    differences.push(`${schema.folder}: refused: ${message}`),
  )
  for (const [schema, one] of all) generated.set(schema.folder, one)
  for (const line of problems.split('\n')) if (line.trim() !== '') differences.push(`tsc: ${line}`)

  let checks = 0
  for (const vector of vectors) {
    const check = new VectorCheck(vector)
    try {
      await checkVector(check, vector, (folder) => generated.get(`${vector.name}/${folder}`))
    } catch (error) {
      differences.push(`${vector.name}: failed: ${error instanceof Error ? error.stack : String(error)}`)
    }
    differences.push(...check.differences)
    checks += check.checks
  }
  return { differences, vectors: vectors.length, checks }
}

async function checkVector(check: VectorCheck, vector: Vector, find: (folder: string) => Generated | undefined): Promise<void> {
  for (const long of longs) {
    const own = find(long)
    if (own === undefined) continue
    const evolved = find(`${long}-evolved`)
    const codec = await own.codec()
    if (long === 'number') check.schema(own, evolved)
    check.values(codec, long)
    if (evolved !== undefined && vector.read('compatibility.txt') !== undefined) check.resolution(codec, await evolved.codec(), long)
    if (long === 'bigint') check.corrupt(codec)
  }
}
