import { diagnosticCodes } from './diagnostic-codes.js'

/** docs/diagnostics.md: every problem that `gen` tells of a manifest. */
export function diagnosticsPage(): string {
  const rows = Object.entries(diagnosticCodes).map(([code, meaning]) => `| \`${code}\` | ${meaning.replaceAll('|', '\\|')} |`)
  return `# Diagnostics

What \`gen\` says of schemas and manifests, all at once, as \`file:line:col code message\`; the code stays what it is between versions. \`unused-…\` are warnings, the others errors.
Each has an example in [test/generator/cases](../test/generator/cases), named \`bad-<code>\`.

| code | meaning |
| --- | --- |
${rows.join('\n')}
`
}
