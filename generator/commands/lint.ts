import { type Diagnostic, hasErrors } from '../diagnostics.js'
import { lint } from '../lint/lint.js'
import { findLock, readLock } from '../lock/lock-text.js'
import type { Arguments, Command } from './command.js'
import { exitCodes, UsageError } from './io.js'
import { diagnosticFormats, formatDiagnostics, reportProblems } from './output.js'
import { type GeneratedProject, generateProject } from './project.js'

/** `gen lint [folder]`: what is right, and yet not what an experienced colleague would have written. */
export const lintCommand: Command = {
  help: `Usage: gen lint [folder] [options]

Looks at the schemas and topologies of a folder for what works and will hurt: windows that drop late records, keys that never meet,
schemas that cannot evolve. The rules, and how to turn one off, are in docs/lint.md; millrace.config.json sets their levels.
Without a folder: that of millrace.config.json, else ./schemas if it is there, else the current one.

  --format FORMAT          text (default), json, or github for annotations of a pull request
  --max-warnings N         exit 1 if there are more than N warnings; without it warnings do no harm
  -h, --help               print this text
  -v, --version            print the version of gen

Exit codes: 0 nothing, or warnings only; 1 an error, or too many warnings; 2 the command is wrong; 3 something unexpected.
Findings go to stdout, as file:line:col code message.
`,
  options: { format: { type: 'string' }, 'max-warnings': { type: 'string' } },
  async run(args, io) {
    const format = args.choice('format', diagnosticFormats, 'text')
    const most = maxWarnings(args)
    const generated = await generateProject(args.folder(), io, { typeCheck: false, lock: 'none' })
    const findings = findingsIn(generated)
    if (format === 'text') {
      reportProblems(findings, io, io.stdout)
      io.stdout(summary(findings))
    } else io.stdout(formatDiagnostics(findings, format))
    return hasErrors(findings) || warnings(findings) > most ? exitCodes.problems : exitCodes.ok
  },
}

/** Errors come alone: those of the input, and of the lock, which is read as `gen` reads it. */
function findingsIn(generated: GeneratedProject): readonly Diagnostic[] {
  const { diagnostics, files, options, project } = generated
  if (hasErrors(diagnostics)) return diagnostics
  const problems: Diagnostic[] = []
  const lock = findLock(files, options.folder ?? '.')
  const { lint: levels } = project.config
  const read = lock && readLock(lock, (problem) => void problems.push(problem))
  return problems.length > 0 ? problems : lint(generated, { files, lock: read, ...(levels && { levels }) })
}

function maxWarnings(args: Arguments): number {
  const text = args.text('max-warnings')
  if (text === undefined) return Number.POSITIVE_INFINITY
  if (/^\d{1,9}$/.test(text)) return Number(text)
  throw new UsageError(`--max-warnings is a number, not ${text}.`)
}

function warnings(findings: readonly Diagnostic[]): number {
  return findings.filter(({ severity }) => severity === 'warning').length
}

/** `2 errors, 1 warning`. */
function summary(findings: readonly Diagnostic[]): string {
  if (findings.length === 0) return 'Nothing to report.\n'
  const several = (count: number, noun: string) => (count === 0 ? [] : [`${count} ${noun}${count === 1 ? '' : 's'}`])
  const count = warnings(findings)
  return `${[...several(findings.length - count, 'error'), ...several(count, 'warning')].join(', ')}\n`
}
