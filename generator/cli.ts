import { dirname, relative, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { inputFolder, readInput } from './commands/input.js'
import { exitCodes, type Io, posixPath, UsageError } from './commands/io.js'
import { reportProblems, showDifferences, writeFolders } from './commands/output.js'
import { writeStubs } from './commands/stubs.js'
import { hasErrors } from './diagnostics.js'
import { type DescriptionFormat, descriptionFormats, formatDescriptions } from './emit/describe.js'
import { planForced, planWrite } from './emit/write.js'
import { generate } from './generate.js'
import { describeGraph } from './model/graph.js'
import { generatorVersion } from './version.js'

const help = `Usage: gen [folder] [options]

Generates typed stream jobs from the Avro schemas (*.avsc, *.avdl) and topologies (*.topology.yaml, .yml, .json) of a folder.
Without a folder: ./schemas if it is there, else the current one.

  --check                  write nothing; print what would change as a diff, and exit 1 if anything would
  --force                  overwrite generated files that were edited by hand, and folders that gen did not write
  --describe               write nothing; print sub-topologies, stores and internal topics
  --format FORMAT          how --describe prints: text (default), json or mermaid
  --stubs DIR              lay a subclass in DIR for each abstract class that no file there extends yet
  --import-extension EXT   what imports of generated siblings end with: js (default), ts or none
  -h, --help               print this text
  -v, --version            print the version of gen

Exit codes: 0 done; 1 the input has problems, or --check found a difference; 2 the command is wrong; 3 something unexpected.
Results go to stdout, problems to stderr, as file:line:col code message.
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

async function command(args: readonly string[], io: Io): Promise<number> {
  const { values, positionals } = parse(args)
  if (values.help) return print(io, help)
  if (values.version) return print(io, `${generatorVersion}\n`)
  if (positionals.length > 1) throw new UsageError(`gen takes one folder, not ${positionals.length}.`)
  const extension = extensions[values['import-extension'] ?? 'js']
  if (extension === undefined) throw new UsageError(`--import-extension is js, ts or none, not ${values['import-extension']}.`)

  const format = descriptionFormat(values)

  const folder = await inputFolder(positionals[0], io)
  const files = await readInput(folder, io)
  const generated = generate(files, {
    folder: posixPath(relative(io.cwd, resolve(io.cwd, folder))) || '.',
    base: posixPath(io.cwd),
    within: [posixPath(io.cwd), posixPath(dirname(resolve(io.cwd, folder)))],
    importExtension: extension,
    typeCheck: true,
  })
  reportProblems(generated.diagnostics, io)
  if (hasErrors(generated.diagnostics)) return exitCodes.problems

  if (format !== undefined) {
    return print(io, formatDescriptions(generated.topologies.map(describeGraph), format))
  }
  const plan = values.force || values.check ? planForced : planWrite
  const plans = await Promise.all(generated.folders.map(({ path, files }) => plan(resolve(io.cwd, path), files)))
  if (values.check) return showDifferences(plans, io)
  const code = await writeFolders(plans, io)
  if (code === exitCodes.ok && values.stubs !== undefined) await writeStubs(generated.topologies, values.stubs, extension, io)
  return code
}

function descriptionFormat(values: { readonly describe?: boolean; readonly format?: string }): DescriptionFormat | undefined {
  if (!values.describe) {
    if (values.format !== undefined) throw new UsageError('--format goes with --describe.')
    return undefined
  }
  const format = descriptionFormats.find((each) => each === (values.format ?? 'text'))
  if (format === undefined) throw new UsageError(`--format is ${descriptionFormats.join(', ')}, not ${values.format}.`)
  return format
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        check: { type: 'boolean' },
        force: { type: 'boolean' },
        describe: { type: 'boolean' },
        format: { type: 'string' },
        stubs: { type: 'string' },
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
