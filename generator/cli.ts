import { Arguments, type Command } from './commands/command.js'
import { compatCommand } from './commands/compat.js'
import { generateCommand } from './commands/generate.js'
import { initCommand } from './commands/init.js'
import { exitCodes, type Io, UsageError } from './commands/io.js'
import { lintCommand } from './commands/lint.js'
import { generatorVersion } from './version.js'

/** By the word after `gen`; a folder of that name is `./name`. */
const commands: ReadonlyMap<string, Command> = new Map([
  ['init', initCommand],
  ['lint', lintCommand],
  ['compat', compatCommand],
])

/** Runs `gen` with the arguments after its name; gives the exit code. */
export async function run(args: readonly string[], io: Io): Promise<number> {
  const named = commands.get(args[0] ?? '')
  try {
    return named === undefined ? await start(generateCommand, args, io) : await start(named, args.slice(1), io)
  } catch (error) {
    if (error instanceof UsageError) {
      io.stderr(`gen: ${error.message}\nTry gen ${named === undefined ? '' : `${args[0]} `}--help.\n`)
      return exitCodes.usage
    }
    io.stderr(`gen: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
    return exitCodes.unexpected
  }
}

async function start(command: Command, args: readonly string[], io: Io): Promise<number> {
  const given = new Arguments(args, {
    ...command.options,
    help: { type: 'boolean', short: 'h' },
    version: { type: 'boolean', short: 'v' },
  })
  if (!given.flag('help') && !given.flag('version')) return command.run(given, io)
  io.stdout(given.flag('help') ? command.help : `${generatorVersion}\n`)
  return exitCodes.ok
}
