import { relative, resolve, sep } from 'node:path'

/** The world that a run may touch. */
export interface Io {
  readonly cwd: string
  readonly stdout: (text: string) => void
  readonly stderr: (text: string) => void
  /** May problems be coloured? */
  readonly colour: boolean
  /** Calls back when the user ends the command (Ctrl-C), which else ends the process. */
  readonly onInterrupt?: (stop: () => void) => void
}

/** What `gen` exits with. */
export const exitCodes = { ok: 0, problems: 1, usage: 2, unexpected: 3 } as const

/** The command is wrong: a message for its author, and exit code 2. */
export class UsageError extends Error {}

/** A path as output shows it: from the working directory, with forward slashes. */
export function shown(io: Io, path: string): string {
  return posixPath(relative(io.cwd, resolve(io.cwd, path)))
}

export function posixPath(path: string): string {
  return path.split(sep).join('/')
}
