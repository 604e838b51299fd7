import { dirname, resolve } from 'node:path'
import { planFile, planForced, planWrite, type WritePlan } from '../emit/write.js'
import type { Generated } from '../generate.js'
import { lockFile } from '../lock/lock-text.js'
import type { Memory } from '../memory.js'
import type { Io } from './io.js'

/** What has to be done to the generated folders; `forced`: whatever is in the way. */
export function planFolders({ folders }: Generated, io: Io, { outputs }: Memory, forced = false): Promise<readonly WritePlan[]> {
  const plan = forced ? planForced : planWrite
  return Promise.all(folders.map(({ path, files }) => plan(resolve(io.cwd, path), files, outputs)))
}

/** What has to be done to the lock. Carried out last, so that a run that is killed is done again from the lock of before. */
export async function planLock({ lock }: Generated, io: Io): Promise<readonly WritePlan[]> {
  return lock === undefined ? [] : [await planFile(resolve(io.cwd, dirname(lock.path)), lockFile, lock.text)]
}
