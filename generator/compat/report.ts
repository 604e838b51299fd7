import { type Change, verdictNames, verdicts } from './change.js'
import type { Verdict } from './change-codes.js'

/** How `gen compat` prints what it found. */
export const reportFormats = ['text', 'json', 'github'] as const
export type ReportFormat = (typeof reportFormats)[number]

export interface CompatReport {
  /** What the folder was compared with: `HEAD`. */
  readonly against: string
  /** The worst first. */
  readonly changes: readonly Change[]
}

export function formatReport(report: CompatReport, format: ReportFormat): string {
  return { text: asText, json: asJson, github: asAnnotations }[format](report)
}

export function worst(changes: readonly Change[]): Verdict {
  return verdicts.find((verdict) => changes.some((change) => change.verdict === verdict)) ?? 'safe'
}

function asText({ against, changes }: CompatReport): string {
  if (changes.length === 0) return `Nothing changes what runs, against ${against}.\n`
  const sections = verdicts.flatMap((verdict) => {
    const own = changes.filter((change) => change.verdict === verdict)
    const several = hasSeveralApplications(changes)
    return own.length === 0 ? [] : [`${verdictNames[verdict]}\n${own.map((change) => changeText(change, several)).join('\n')}`]
  })
  const counts = verdicts.flatMap((verdict) => {
    const count = changes.filter((change) => change.verdict === verdict).length
    return count === 0 ? [] : [`${count} ${verdictNames[verdict].replace('needs', count === 1 ? 'needs' : 'need')}`]
  })
  const total = `${changes.length} ${changes.length === 1 ? 'change' : 'changes'} against ${against}: ${counts.join(', ')}.`
  return `${sections.join('\n')}\n${resetText(changes)}${total}\n`
}

/** A type that two applications read makes a change of each. */
function hasSeveralApplications(changes: readonly Change[]): boolean {
  return new Set(changes.map(({ application }) => application)).size > 1
}

/** `several`: say of which application. */
function changeText(change: Change, several: boolean): string {
  const { place, code, message, from, to, consequence, concerns, notes, wayOut, commands } = change
  const lines = [
    `  ${place.file}:${place.line}:${place.column} ${code} ${message}`,
    ...(from === undefined && to === undefined ? [] : [`    ${from ?? '(none)'} → ${to ?? '(none)'}`]),
    `    ${consequence}`,
    ...(concerns.length === 0 && !several ? [] : [`    Concerns ${concernsOf(change, several)}.`]),
    ...notes.map((note) => `    - ${note}`),
    ...(wayOut === undefined ? [] : [`    Way out: ${wayOut}`]),
    // A reset is the same for all changes of an application, and stands at the end.
    ...(change.verdict === 'reset' ? [] : commands.map((command) => `    $ ${command}`)),
  ]
  return `${lines.join('\n')}\n`
}

function concernsOf({ application, concerns }: Change, several: boolean): string {
  return [...(several ? [`application \`${application}\``] : []), ...concerns].join(', ')
}

function resetText(changes: readonly Change[]): string {
  const resets = new Map(
    changes.flatMap(({ verdict, application, commands }) => (verdict === 'reset' ? [[application, commands] as const] : [])),
  )
  return [...resets]
    .map(([application, commands]) => {
      const steps = commands.map((command) => `  $ ${command}\n`).join('')
      return `To reset \`${application}\`, with all its instances stopped (BROKER: the bootstrap servers):\n${steps}\n`
    })
    .join('')
}

/** One object: what it was compared with, the worst verdict, and the changes. */
function asJson({ against, changes }: CompatReport): string {
  return `${JSON.stringify({ against, verdict: worst(changes), changes }, null, 2)}\n`
}

const levels: Readonly<Record<Verdict, string>> = { reset: 'error', migration: 'warning', safe: 'notice' }

/** Workflow commands of GitHub Actions: an annotation in the lines of a pull request for each change. */
function asAnnotations({ changes }: CompatReport): string {
  const several = hasSeveralApplications(changes)
  return changes
    .map((change) => {
      const { place, code, verdict, message, from, to, consequence, concerns, notes, wayOut, commands } = change
      const properties = { file: place.file, line: place.line, col: place.column, title: `${verdictNames[verdict]}: ${code}` }
      const text = [
        `${message}${from === undefined && to === undefined ? '' : ` ${from ?? '(none)'} → ${to ?? '(none)'}`}`,
        consequence,
        ...(concerns.length === 0 && !several ? [] : [`Concerns ${concernsOf(change, several)}.`]),
        ...notes,
        ...(wayOut === undefined ? [] : [`Way out: ${wayOut}`]),
        ...commands,
      ].join('\n')
      const list = Object.entries(properties).map(([key, value]) => `${key}=${escapeProperty(String(value))}`)
      return `::${levels[verdict]} ${list.join(',')}::${escapeData(text)}\n`
    })
    .join('')
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}
