// Writes docs/errors.md from the table of error codes, or with --check says whether it is as it would be written. After a build.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { errorCodes } from '../runtime/dist/core/error-codes.js'

const file = join(import.meta.dirname, '../docs/errors.md')

const head = `# Errors

Every error that Millrace throws at run time is a \`StreamError\`: \`code\` is one of those below and stays what it is between versions,
\`reaction\` is what an app does about it, \`details\` tells where it happened (\`task\`, \`step\`, \`store\`, \`topic\`, \`partition\`, \`offset\`)
and \`cause\` why. The message says what was found, and in its last line what to do. Use \`isStreamError(error)\` instead of \`instanceof\`.

\`\`\`ts
app.on('error', ({ code, message, details }) => report(code, message, details))
\`\`\`

| reaction | what the app does |
| --- | --- |
| stop | gives up its tasks without a commit, leaves the group, goes to ERROR; after a new start nothing is lost |
| restore | wipes the state of the task and restores it from its changelogs; other tasks go on |
| migrate | drops its tasks without a commit and joins the group anew |
| retry | nothing: who called tries again |
| skip | nothing: the record is passed over |

Problems in schemas and manifests are told by \`gen\` with codes of their own, at their line.

| code | reaction | when, and what to do |
| --- | --- | --- |
`

const rows = Object.entries(errorCodes)
  .sort(([a], [b]) => (a < b ? -1 : 1))
  .map(([code, { reaction, description }]) => `| \`${code}\` | ${reaction} | ${description.replaceAll('|', '\\|')} |\n`)
const text = head + rows.join('')

if (!process.argv.includes('--check')) {
  writeFileSync(file, text)
} else if (readFileSync(file, 'utf8') !== text) {
  console.error('docs/errors.md is not what runtime/core/error-codes.ts says: run node scripts/docs-errors.mjs')
  process.exit(1)
}
