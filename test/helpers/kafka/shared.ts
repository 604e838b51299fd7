import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, renameSync, watch, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { launchKafka, missingForKafka } from './kafka.js'

const given = process.env.KAFKA_BROKERS?.split(',')

/** What is missing for `sharedKafka`; undefined if nothing is. For `requires`. */
export const missingForSharedKafka: string | undefined = given === undefined ? missingForKafka() : undefined

/**
 * Addresses of the one broker that all files of a test run share (nobody stops it), or of the one in KAFKA_BROKERS. AVA runs each file in
 * a process of its own: the first to come starts the broker, bound to AVA's own process, and leaves its address in a folder for the rest.
 */
export async function sharedKafka(): Promise<readonly string[]> {
  if (given !== undefined) return given
  const folder = join(tmpdir(), `millrace-kafka-shared-${process.ppid}`)
  const answer = join(folder, 'brokers.json')
  try {
    mkdirSync(folder)
  } catch {
    return answered(folder, answer)
  }
  let brokers: readonly string[] = []
  try {
    brokers = (await launchKafka(folder, process.ppid)).brokers
    return brokers
  } finally {
    writeFileSync(`${answer}.new`, JSON.stringify(brokers))
    renameSync(`${answer}.new`, answer)
  }
}

async function answered(folder: string, answer: string): Promise<readonly string[]> {
  const watcher = watch(folder)
  try {
    while (!existsSync(answer)) await once(watcher, 'change')
  } finally {
    watcher.close()
  }
  const brokers: readonly string[] = JSON.parse(readFileSync(answer, 'utf8'))
  if (brokers.length === 0) throw new Error('The shared broker did not start; the test file that started it tells why.')
  return brokers
}
