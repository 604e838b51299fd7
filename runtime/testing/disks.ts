import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { memoryBackend } from '../stores/memory-store.js'
import type { StateBackend, StateBackendFactory } from '../stores/store.js'

/** The disk of an instance: state that is still there when its process is not. */
export interface Disk {
  /** The state of a task, opened. */
  open(task: string): StateBackend
  /** Closes what is open, as the end of a process does: what was not committed is gone. */
  kill(): void
  /** Deletes the state of a task, which is closed; without one, all state. */
  wipe(task?: string): void
}

/** A disk in memory, as quick as stores in memory are. */
export function memoryDisk(): Disk {
  const states = new Map<string, StateBackend>()
  return {
    open(task) {
      const state = states.get(task) ?? memoryBackend()
      states.set(task, state)
      return {
        persistent: true,
        open: (name) => state.open(name),
        positions: () => state.positions(),
        commit: (batch) => state.commit(batch),
        sizeBytes: () => state.sizeBytes(),
        close() {},
      }
    },
    kill() {},
    wipe(task) {
      if (task === undefined) states.clear()
      else states.delete(task)
    },
  }
}

/** A temporary folder, gone with `wipe`. */
export function folderDisk(factory: StateBackendFactory): Disk {
  let root: string | undefined
  const open = new Set<StateBackend>()
  const kill = (): void => {
    for (const state of open) state.close()
    open.clear()
  }
  return {
    open(task) {
      root ??= mkdtempSync(join(tmpdir(), 'millrace-test-'))
      const directory = join(root, task)
      mkdirSync(directory, { recursive: true })
      const state = factory(directory)
      open.add(state)
      return state
    },
    kill,
    wipe(task) {
      if (task === undefined) kill()
      if (root !== undefined) rmSync(join(root, task ?? ''), { recursive: true, force: true })
      if (task === undefined) root = undefined
    },
  }
}
