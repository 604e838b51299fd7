import { type ParseArgsConfig, parseArgs } from 'node:util'
import { didYouMean } from '../suggest.js'
import { type Io, UsageError } from './io.js'

type Options = NonNullable<ParseArgsConfig['options']>

/** A command of `gen`, with what it takes after its name. */
export interface Command {
  /** Printed by `--help`: usage, what it does, its options; ends with a line end. */
  readonly help: string
  readonly options: Options
  /** Gives the exit code. Throws `UsageError` where the arguments do not go together. */
  run(args: Arguments, io: Io): Promise<number>
}

/** What stands after the command's name. */
export class Arguments {
  readonly positionals: readonly string[]
  readonly #values: Readonly<Record<string, unknown>>

  /** Throws `UsageError` for an option that the command does not have. */
  constructor(args: readonly string[], options: Options) {
    try {
      const { positionals, values } = parseArgs({ args: [...args], allowPositionals: true, options })
      this.positionals = positionals
      this.#values = values
    } catch (error) {
      throw new UsageError(messageOf(error, args, options))
    }
  }

  /** Is the option there? */
  flag(name: string): boolean {
    return this.#values[name] === true
  }

  text(name: string): string | undefined {
    const value = this.#values[name]
    return typeof value === 'string' ? value : undefined
  }

  /** The folder that the command is for, if one was given. Throws `UsageError` for several. */
  folder(): string | undefined {
    if (this.positionals.length > 1) throw new UsageError(`gen takes one folder, not ${this.positionals.length}.`)
    return this.positionals[0]
  }

  /** The value of an option that takes one of a few; `fallback` without the option. Throws `UsageError` for any other. */
  choice<T extends string>(name: string, choices: readonly T[], fallback: T): T {
    return this.chosen(name, choices) ?? fallback
  }

  /** The same, without a fallback. */
  chosen<T extends string>(name: string, choices: readonly T[]): T | undefined {
    const value = this.text(name)
    const choice = choices.find((each) => each === value)
    if (choice !== undefined || value === undefined) return choice
    throw new UsageError(`--${name} is ${choices.slice(0, -1).join(', ')} or ${choices.at(-1)}, not ${value}.`)
  }
}

/** Of an unknown option Node would tell how to pass it as a folder. */
function messageOf(error: unknown, args: readonly string[], options: Options): string {
  const { code, message } = error as { readonly code?: string; readonly message: string }
  if (code !== 'ERR_PARSE_ARGS_UNKNOWN_OPTION') return message
  const written = args.map((arg) => arg.split('=', 1)[0]!).find((arg) => message.includes(`'${arg}'`)) ?? ''
  const hint = didYouMean(
    written,
    Object.keys(options).map((name) => `--${name}`),
  )
  return `There is no option ${written}.${hint === undefined ? '' : ` ${hint}`}`
}
