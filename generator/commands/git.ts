import { spawnSync } from 'node:child_process'
import { UsageError } from './io.js'

/** What git knows of a folder: asked of git itself, so that worktrees, sparse checkouts and its configuration are as the user has them. */
export class GitFolder {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  /** The folder from the top of the repository, with a slash at its end (empty: it is the top); undefined: there is no repository, or no git. */
  prefix(): string | undefined {
    return this.#git('rev-parse', '--show-prefix').text?.replace(/\r?\n$/, '')
  }

  /** A file of the folder as a commit has it; undefined if it does not. Throws `UsageError` for a ref that there is not. */
  show(ref: string, file: string): string | undefined {
    const { text: commit, problem } = this.#git('rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`)
    if (commit === undefined) throw new UsageError(`git knows no commit ${ref}${problem === '' ? '' : ` (${problem})`}.`)
    return this.#git('show', `${commit.trim()}:./${file}`).text
  }

  #git(...args: readonly string[]): { readonly text?: string; readonly problem: string } {
    const { status, stdout, stderr } = spawnSync('git', args, { cwd: this.#folder, encoding: 'utf8', maxBuffer: 1 << 30 })
    return status === 0 ? { text: stdout, problem: '' } : { problem: (stderr ?? '').trim().split('\n')[0] ?? '' }
  }
}
