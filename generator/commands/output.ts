import { join } from 'node:path'
import { compareText, type Diagnostic, formatDiagnostic } from '../diagnostics.js'
import { unifiedDiff } from '../emit/diff.js'
import { checkSyntax } from '../emit/syntax.js'
import { carryOut, type WritePlan } from '../emit/write.js'
import { exitCodes, type Io, shown } from './io.js'

export function reportProblems(diagnostics: readonly Diagnostic[], io: Io, print = io.stderr): void {
  for (const diagnostic of diagnostics) {
    const text = formatDiagnostic(diagnostic)
    const tint = diagnostic.severity === 'error' ? 31 : 33
    const [place, rest] = [text.slice(0, text.indexOf(' ')), text.slice(text.indexOf(' '))]
    print(io.colour ? `${place}\u001b[${tint}m${rest.replace(/$/m, '\u001b[0m')}\n` : `${text}\n`)
  }
}

/** How diagnostics are printed to be read by programs, beside as text. */
export const diagnosticFormats = ['text', 'json', 'github'] as const

/** As JSON has them. */
export function diagnosticRows(diagnostics: readonly Diagnostic[]): readonly object[] {
  return diagnostics.map(({ code, severity, place, message, hint }) => ({ code, severity, ...place, message, ...(hint && { hint }) }))
}

/** JSON is a list; for GitHub each is a command that annotates its line in a pull request. */
export function formatDiagnostics(diagnostics: readonly Diagnostic[], format: 'json' | 'github'): string {
  if (format === 'json') return `${JSON.stringify(diagnosticRows(diagnostics), null, 2)}\n`
  const data = (text: string) => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
  const property = (value: string | number) => data(String(value)).replaceAll(':', '%3A').replaceAll(',', '%2C')
  return diagnostics
    .map(({ code, severity, place, message, hint }) => {
      const { file, line, column } = place
      const properties = Object.entries({ file, line, col: column, title: code }).map(([key, value]) => `${key}=${property(value)}`)
      return `::${severity} ${properties.join(',')}::${data(hint === undefined ? message : `${message}\n${hint}`)}\n`
    })
    .join('')
}

/** `--check`: what would be written, as a diff. */
export function showDifferences(plans: readonly WritePlan[], io: Io): number {
  const changes = plans.flatMap(({ folder, write, remove }) => [
    ...write.map(({ path, before, text }) => ({ path: shown(io, join(folder, path)), before, after: text })),
    ...remove.map(({ path, before }) => ({ path: shown(io, join(folder, path)), before, after: undefined })),
  ])
  for (const { path, before, after } of changes.sort((a, b) => compareText(a.path, b.path))) io.stdout(unifiedDiff(path, before, after))
  const refused = reportRefused(plans, io)
  return changes.length > 0 || refused ? exitCodes.problems : exitCodes.ok
}

/** Writes all folders, or none if one of them has something that is not `gen`'s. */
export async function writeFolders(plans: readonly WritePlan[], io: Io): Promise<number> {
  if (reportRefused(plans, io)) {
    io.stderr('Nothing was written. Move that away, or overwrite it with gen --force.\n')
    return exitCodes.problems
  }
  for (const { write } of plans) checkSyntax(write.filter(({ path }) => path.endsWith('.ts') && !path.startsWith('types/')))
  for (const plan of plans) {
    try {
      await carryOut(plan)
    } catch (error) {
      if (!isOfTheDisk(error)) throw error
      io.stderr(`gen: ${shown(io, plan.folder) || '.'} cannot be written (${error.message}).\n`)
      return exitCodes.problems
    }
    for (const { path } of plan.write) io.stdout(`wrote ${shown(io, join(plan.folder, path))}\n`)
    for (const { path } of plan.remove) io.stdout(`removed ${shown(io, join(plan.folder, path))}\n`)
  }
  if (plans.every(({ write, remove }) => write.length + remove.length === 0)) io.stdout('All is up to date.\n')
  return exitCodes.ok
}

/** A full disk, a folder without permission: nothing that `gen` could have done better. */
function isOfTheDisk(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && (error as NodeJS.ErrnoException).syscall !== undefined
}

function reportRefused(plans: readonly WritePlan[], io: Io): boolean {
  const refused = plans.flatMap(({ folder, refused }) => refused.map(({ path, reason }) => `${shown(io, join(folder, path))}: ${reason}\n`))
  for (const line of refused) io.stderr(line)
  return refused.length > 0
}
