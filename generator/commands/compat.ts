import { posix, resolve } from 'node:path'
import { formatReport, reportFormats, worst } from '../compat/report.js'
import { type Diagnostic, hasErrors, type Place } from '../diagnostics.js'
import { generate } from '../generate.js'
import { lockFile } from '../lock/lock-text.js'
import type { Command } from './command.js'
import { GitFolder } from './git.js'
import { readInput } from './input.js'
import { exitCodes, type Io, posixPath, shown, UsageError } from './io.js'
import { diagnosticRows, formatDiagnostics, reportProblems } from './output.js'
import { openProject, schemaFolder } from './project.js'

/** `gen compat [folder]`: what a change of schemas and manifests means for what runs. */
export const compatCommand: Command = {
  help: `Usage: gen compat [folder] [options]

Compares the schemas and topologies of a folder, as they are now, with the topology.lock.json of what runs, and says of each change whether it
is safe, needs a migration or needs a reset, what comes of it, and the way out. Writes nothing. All changes: docs/compat.md.

  --against REF            the commit whose lock it is: a tag, branch or hash. Default: HEAD; outside of a git repository, or
                           if HEAD has none, the lock that is there
  --format FORMAT          text (default), json, or github: annotations for pull requests
  -h, --help               print this text

Exit codes: 0 all changes are safe; 1 one needs a migration or a reset, or the input has problems; 2 the command is wrong.
`,
  options: { against: { type: 'string' }, format: { type: 'string' } },
  async run(args, io) {
    const format = args.choice('format', reportFormats, 'text')
    const folder = await schemaFolder(args.folder(), await openProject(io), io)
    const files = await readInput(folder, io)
    const shownFolder = shown(io, folder) || '.'
    const path = posix.join(shownFolder, lockFile)
    const git = new GitFolder(resolve(io.cwd, folder))
    const onDisk = files.find((file) => file.path === path)?.content
    const base = baseLock(git, { against: args.text('against'), onDisk, path })

    const rest = files.filter((file) => file.path !== path)
    const { lock, diagnostics } = generate([...rest, { path, content: base.content }], {
      folder: shownFolder,
      base: posixPath(io.cwd),
      lock: { acceptReset: true },
    })
    // What the lock says is the report's matter.
    const own = diagnostics.filter(({ code, severity }) => severity === 'error' || !changeDiagnostics.has(code))
    if (hasErrors(diagnostics) || lock === undefined) {
      if (format === 'text') reportProblems(own, io)
      else
        io.stdout(
          formatProblems({ against: base.name, problems: format === 'github' ? own.map((each) => fromTop(each, io)) : own }, format),
        )
      return exitCodes.problems
    }
    reportProblems(own, io)
    const changes = format === 'github' ? lock.changes.map((change) => fromTop(change, io)) : lock.changes
    io.stdout(formatReport({ against: base.name, changes }, format))
    return worst(changes) === 'safe' ? exitCodes.ok : exitCodes.problems
  },
}

/** Codes of what `gen` says of changes. */
const changeDiagnostics: ReadonlySet<string> = new Set(['needs-migration', 'needs-reset', 'state-key'])

/** Input with problems cannot be compared: JSON has them in place of a verdict. */
function formatProblems({ against, problems }: { against: string; problems: readonly Diagnostic[] }, format: 'json' | 'github'): string {
  if (format === 'github') return formatDiagnostics(problems, format)
  return `${JSON.stringify({ against, problems: diagnosticRows(problems) }, null, 2)}\n`
}

interface Wanted {
  readonly against: string | undefined
  /** The lock as it is now. */
  readonly onDisk: Uint8Array | string | undefined
  readonly path: string
}

/** The lock to compare with, and what to call it. */
function baseLock(git: GitFolder, { against, onDisk, path }: Wanted): { readonly content: Uint8Array | string; readonly name: string } {
  const isRepository = git.prefix() !== undefined
  if (against !== undefined) {
    if (!isRepository) throw new UsageError('--against needs git and a repository: the folder is in none.')
    const content = git.show(against, lockFile)
    if (content === undefined) throw new UsageError(`There is no ${path} at ${against}. gen writes it; commit it with the generated code.`)
    return { content, name: against }
  }
  const committed = isRepository ? committedLock(git) : undefined
  if (committed !== undefined) return { content: committed, name: 'HEAD' }
  if (onDisk !== undefined) return { content: onDisk, name: path }
  throw new UsageError(`There is no ${path}${isRepository ? ', neither at HEAD nor here' : ''}. gen writes it.`)
}

/** A repository may have no commit yet. */
function committedLock(git: GitFolder): string | undefined {
  try {
    return git.show('HEAD', lockFile)
  } catch (error) {
    if (error instanceof UsageError) return undefined
    throw error
  }
}

/** GitHub wants paths from the top of the repository. */
function fromTop<T extends { readonly place: Place }>(found: T, io: Io): T {
  const prefix = new GitFolder(io.cwd).prefix() ?? ''
  return { ...found, place: { ...found.place, file: posix.join(prefix, found.place.file) } }
}
