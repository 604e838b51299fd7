import { verdictNames, verdicts } from './compat/change.js'
import { changeCodes, type Verdict } from './compat/change-codes.js'
import { diagnosticCodes } from './diagnostic-codes.js'
import { stubCodes } from './emit/stubs/stub-codes.js'
import { rules } from './lint/registry.js'

/** docs/diagnostics.md: every problem that `gen` tells of a manifest. */
export function diagnosticsPage(): string {
  const rows = (codes: Readonly<Record<string, string>>) =>
    Object.entries(codes).map(([code, meaning]) => [`\`${code}\``, meaning.replaceAll('|', '\\|')] as const)
  return `# Diagnostics

What \`gen\` says of schemas and manifests, all at once, as \`file:line:col code message\`; the code stays what it is between versions. \`unused-…\` are warnings, the others errors.
Each has an example in [test/generator/cases](../test/generator/cases), named \`bad-<code>\`.

${table(['code', 'meaning'], rows(diagnosticCodes))}
Of your own step classes, with \`--stubs\` (examples in [test/generator/stubs/cases](../test/generator/stubs/cases)). They are warnings:

${table(['code', 'meaning'], rows(stubCodes))}`
}

/** The rules in docs/lint.md: a table of what they find, and then why. */
export function lintRules(): string {
  const rows = rules.map(({ code, level, summary }) => [`\`${code}\``, level, summary.replaceAll('|', '\\|')] as const)
  const reasons = rules.map(({ code, why }) => `- \`${code}\`: ${why}\n`)
  return `${table(['rule', 'level', 'what it finds'], rows)}\nWhy that is worth a look, and the way out:\n\n${reasons.join('')}`
}

/** The tables of docs/compat.md: every change that `gen compat` tells, by verdict. */
export function changeTables(): string {
  const changes = Object.entries(changeCodes) as [string, { verdict: Verdict; change: string; consequence: string; wayOut?: string }][]
  return verdicts
    .map((verdict) => {
      const rows = changes
        .filter(([, change]) => change.verdict === verdict)
        .map(([code, { change, consequence, wayOut }]) => [
          `\`${code}\``,
          change,
          consequence,
          ...(verdict === 'safe' ? [] : [wayOut ?? '']),
        ])
      const head = ['code', 'what changed', 'what comes of it, and why', ...(verdict === 'safe' ? [] : ['way out'])]
      const title = verdictNames[verdict]
      return `## ${title.charAt(0).toUpperCase()}${title.slice(1)}\n\n${table(
        head,
        rows.map((row) => row.map((cell) => cell.replaceAll('|', '\\|'))),
      )}`
    })
    .join('\n')
}

/** A table of Markdown, its columns aligned as formatters want them. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]!.length)))
  const line = (cells: readonly string[]) => `| ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |\n`
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('')
}
