import { readdir, readFile, stat } from 'node:fs/promises'
import { join, posix, relative, resolve, sep } from 'node:path'
import { parseArgs } from 'node:util'
import { compareText, formatDiagnostic, hasErrors } from './diagnostics.js'
import { unifiedDiff } from './emit/diff.js'
import { carryOut, planForced, planWrite, type WritePlan } from './emit/write.js'
import { type Generated, generate } from './generate.js'
import { manifestFile } from './input/manifest.js'
import type { InputFile } from './input/source.js'
import { generatorVersion } from './version.js'

/** The world that a run may touch. */
export interface Io {
  readonly cwd: string
  readonly stdout: (text: string) => void
  readonly stderr: (text: string) => void
  readonly colour: boolean
}

/** What `gen` exits with. */
export const exitCodes = { ok: 0, problems: 1, usage: 2, unexpected: 3 } as const

const help = `Usage: gen [folder] [options]

Generates a typed stream job from the Avro schemas (*.avsc, *.avdl) and topologies (*.topology.yaml, .yml, .json) of a folder.
Without a folder: ./schemas if it is there, else the current one.

  --check                  write nothing; print what would change as a diff, and exit 1 if something would
  --force                  overwrite generated files that were edited by hand, and folders that gen did not write
  --import-extension EXT   what imports of generated siblings end with: js (default), ts or none
  --help, -h               this text
  --version, -v            the version of gen

Exit codes: 0 done; 1 the input has problems, or --check found a difference; 2 the command is wrong; 3 something unexpected.
Results go to stdout, problems to stderr.
`

const extensions: Readonly<Record<string, string>> = { js: '.js', ts: '.ts', none: '' }

/** Runs `gen` with the arguments after its name; gives the exit code. */
export async function run(args: readonly string[], io: Io): Promise<number> {
  try {
    return await command(args, io)
  } catch (error) {
    if (error instanceof UsageError) {
      io.stderr(`gen: ${error.message}\nTry gen --help.\n`)
      return exitCodes.usage
    }
    io.stderr(`gen: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
    return exitCodes.unexpected
  }
}

class UsageError extends Error {}

async function command(args: readonly string[], io: Io): Promise<number> {
  const { values, positionals } = parse(args)
  if (values.help) return print(io, help)
  if (values.version) return print(io, `${generatorVersion}\n`)
  if (positionals.length > 1) throw new UsageError(`gen takes one folder, not ${positionals.length}.`)
  const extension = extensions[values['import-extension'] ?? 'js']
  if (extension === undefined) throw new UsageError(`--import-extension is js, ts or none, not ${values['import-extension']}.`)

  const folder = await inputFolder(positionals[0], io.cwd)
  const files = await readInput(folder, io.cwd)
  if (!files.some(({ path }) => manifestFile.test(posix.basename(path)) || /\.(?:avsc|avdl)$/.test(path))) {
    throw new UsageError(`${folder} has neither schemas nor topologies.`)
  }
  const generated = generate(files, { importExtension: extension, base: posixPath(io.cwd), typeCheck: true })
  report(generated, io)
  if (hasErrors(generated.diagnostics)) return exitCodes.problems

  const plans: WritePlan[] = []
  for (const { path, files } of generated.folders) {
    plans.push(await (values.force || values.check ? planForced : planWrite)(resolve(io.cwd, path), files))
  }
  if (values.check) return check(plans, io)
  return write(plans, io)
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        check: { type: 'boolean' },
        force: { type: 'boolean' },
        'import-extension': { type: 'string' },
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean', short: 'v' },
      },
    })
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}

function print(io: Io, text: string): number {
  io.stdout(text)
  return exitCodes.ok
}

async function inputFolder(given: string | undefined, cwd: string): Promise<string> {
  const isFolder = async (path: string) => (await stat(resolve(cwd, path)).catch(() => undefined))?.isDirectory() === true
  if (given === undefined) return (await isFolder('schemas')) ? 'schemas' : '.'
  if (await isFolder(given)) return given
  throw new UsageError(`There is no folder ${given}.`)
}

/** Schemas and manifests of a folder and those below it; paths relative to `cwd`, in an order that is the same everywhere. */
async function readInput(folder: string, cwd: string): Promise<readonly InputFile[]> {
  const root = resolve(cwd, folder)
  const entries = await readdir(root, { withFileTypes: true, recursive: true })
  const paths = entries
    .filter((entry) => entry.isFile() && (/\.(?:avsc|avdl)$/.test(entry.name) || manifestFile.test(entry.name)))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !relative(root, path).split(sep).includes('node_modules'))
  const files = await Promise.all(paths.map(async (path) => ({ path: posixPath(relative(cwd, path)), content: await readFile(path) })))
  return files.sort((a, b) => compareText(a.path, b.path))
}

function posixPath(path: string): string {
  return path.split(sep).join('/')
}

function report({ diagnostics }: Generated, io: Io): void {
  for (const diagnostic of diagnostics) {
    const text = formatDiagnostic(diagnostic)
    const tint = diagnostic.severity === 'error' ? 31 : 33
    io.stderr(io.colour ? `${text.replace(diagnostic.code, `\u001b[${tint}m${diagnostic.code}\u001b[0m`)}\n` : `${text}\n`)
  }
}

function check(plans: readonly WritePlan[], io: Io): number {
  let differs = false
  for (const { folder, write, remove, refused } of plans) {
    const shown = (path: string) => posixPath(relative(io.cwd, join(folder, path)))
    const changes = [...write.map((file) => ({ ...file, after: file.text })), ...remove.map((file) => ({ ...file, after: undefined }))]
    for (const { path, before, after } of changes.sort((a, b) => compareText(a.path, b.path))) {
      differs = true
      io.stdout(unifiedDiff(shown(path), before, after))
    }
    for (const { path, reason } of refused) {
      differs = true
      io.stderr(`${shown(path)}: ${reason}\n`)
    }
  }
  return differs ? exitCodes.problems : exitCodes.ok
}

async function write(plans: readonly WritePlan[], io: Io): Promise<number> {
  const refused = plans.flatMap((plan) => plan.refused.map(({ path, reason }) => ({ path: join(plan.folder, path), reason })))
  for (const { path, reason } of refused) io.stderr(`${posixPath(relative(io.cwd, path))}: gen leaves this alone: ${reason}\n`)
  if (refused.length > 0) {
    io.stderr('  Nothing was written. Move it away, or run gen with --force to overwrite it.\n')
    return exitCodes.problems
  }
  let changes = 0
  for (const plan of plans) {
    await carryOut(plan)
    const shown = (path: string) => posixPath(relative(io.cwd, join(plan.folder, path)))
    for (const { path } of plan.write) io.stdout(`wrote ${shown(path)}\n`)
    for (const { path } of plan.remove) io.stdout(`removed ${shown(path)}\n`)
    changes += plan.write.length + plan.remove.length
  }
  if (changes === 0) io.stdout('Nothing to do: all is up to date.\n')
  return exitCodes.ok
}
