import { relative, resolve } from 'node:path'
import { type ImportExtension, importExtensions, longTypes } from '../config.js'
import { hasErrors } from '../diagnostics.js'
import { type DescriptionFormat, descriptionFormats, formatDescriptions } from '../emit/describe.js'
import type { WritePlan } from '../emit/write.js'
import { heard } from '../lint/lint.js'
import { Memory } from '../memory.js'
import { describeGraph } from '../topology/graph.js'
import type { TypeOptions } from '../type-system.js'
import type { Arguments, Command } from './command.js'
import { exitCodes, type Io, UsageError } from './io.js'
import { reportProblems, showDifferences, writeFolders } from './output.js'
import { planFolders, planLock } from './plans.js'
import { type GeneratedProject, generateProject, openProject, type Project, schemaFolder } from './project.js'
import { planStubs } from './stubs.js'
import { type Outcome, watchProject } from './watch.js'

/** `gen [folder]`: reads the schemas and topologies of a folder, and writes the code. */
export const generateCommand: Command = {
  help: `Usage: gen [folder] [options]
       gen init [folder]     lay a first project
       gen lint [folder]     tell what works and will hurt
       gen compat [folder]   tell what a change means for what runs

Generates typed stream jobs from the Avro schemas (*.avsc, *.avdl) and topologies (*.topology.yaml, .yml, .json) of a folder.
Without a folder: ./schemas if it is there, else the current one. Each other command has a --help of its own.

  --check                  write nothing; print what would change as a diff, and exit 1 if anything would
  --force                  overwrite generated files that were edited by hand, and folders that gen did not write
  --accept-reset           take changes that the state or the internal topics do not survive (see gen compat)
  --no-lock                neither read nor write topology.lock.json: for topologies that never run on kept state
  --describe               write nothing; print sub-topologies, stores and internal topics
  --format FORMAT          how --describe prints: text (default), json or mermaid
  --stubs DIR              add to your step classes in DIR what they lack: a class for each abstract one, and missing methods
  --watch                  go on: generate again after each change, until Ctrl-C; leaves topology.lock.json to a run without it
  --long TYPE              how Avro's long reads where a schema does not say: number (default) or bigint
  --import-extension EXT   what imports of generated siblings end with: js (default), ts or none
  -h, --help               print this text
  -v, --version            print the version of gen

millrace.config.json, here or above, keeps the options of a project; those given here win over it.

Exit codes: 0 done; 1 the input has problems, or --check found a difference; 2 the command is wrong; 3 something unexpected.
Results go to stdout, problems to stderr, as file:line:col code message.
`,
  options: {
    check: { type: 'boolean' },
    force: { type: 'boolean' },
    'accept-reset': { type: 'boolean' },
    'no-lock': { type: 'boolean' },
    describe: { type: 'boolean' },
    format: { type: 'string' },
    stubs: { type: 'string' },
    long: { type: 'string' },
    'import-extension': { type: 'string' },
    watch: { type: 'boolean' },
  },
  async run(args, io) {
    const given = typeOptions(args)
    if (!args.flag('watch')) return (await run(args.folder(), given, args, io)).code
    const other = ['check', 'describe'].find((name) => args.flag(name))
    if (other !== undefined) throw new UsageError(`--watch does not go with --${other}, which writes nothing.`)
    const project = await openProject(io)
    const folder = await schemaFolder(args.folder(), project, io)
    return watchProject(folder, project, io, (memory) => run(folder, given, args, io, memory))
  },
}

async function run(folder: string | undefined, given: TypeOptions, args: Arguments, io: Io, memory = new Memory()): Promise<Outcome> {
  const format = descriptionFormat(args)
  const ignored = args.flag('no-lock') || format !== undefined
  const lock = ignored ? 'none' : { acceptReset: args.flag('accept-reset') }
  const generated = await generateProject(folder, io, { ...given, lock }, memory)
  const levels = generated.project.config.lint
  const diagnostics = heard(generated.diagnostics, { files: generated.files, ...(levels && { levels }) })
  reportProblems(diagnostics, io)
  if (hasErrors(diagnostics)) return { code: exitCodes.problems, diagnostics }

  if (format !== undefined) {
    io.stdout(formatDescriptions(generated.topologies.map(describeGraph), format))
    return { code: exitCodes.ok, diagnostics }
  }
  const plans = await plansOf(generated, args, io, memory)
  const code = args.flag('check') ? showDifferences(plans, io) : await writeFolders(plans, io)
  return { code, diagnostics }
}

/** What is to be written: the generated folders, what the user's step classes lack, and the lock, but not of what was tried between two saves. */
async function plansOf(generated: GeneratedProject, args: Arguments, io: Io, memory: Memory): Promise<readonly WritePlan[]> {
  const folders = await planFolders(generated, io, memory, args.flag('force') || args.flag('check'))
  const locks = args.flag('watch') ? [] : await planLock(generated, io)
  const stubs = stubsFolder(args, generated.project, io)
  if (stubs === undefined) return [...folders, ...locks]
  const growth = await planStubs(generated, stubs, io)
  reportProblems(growth.diagnostics, io)
  return [...folders, growth.plan, ...locks]
}

/** Where the user's step classes are, from the working directory; undefined if `gen` is not to look after them. */
function stubsFolder(args: Arguments, { root, config }: Project, io: Io): string | undefined {
  return args.text('stubs') ?? (config.stubs && relative(io.cwd, resolve(root, config.stubs.name)))
}

/** What the command says of types; what it does not say is the project's to say. */
function typeOptions(args: Arguments): TypeOptions {
  const importExtension = args.chosen('import-extension', Object.keys(importExtensions) as ImportExtension[])
  const long = args.chosen('long', longTypes)
  return { ...(importExtension && { importExtension: importExtensions[importExtension] }), ...(long && { long }) }
}

function descriptionFormat(args: Arguments): DescriptionFormat | undefined {
  if (args.flag('describe')) return args.choice('format', descriptionFormats, 'text')
  if (args.text('format') !== undefined) throw new UsageError('--format goes with --describe.')
  return undefined
}
