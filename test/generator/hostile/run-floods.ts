/** Prints of each flood its name and what gen says of it: `1 file`, or `2 avro-name 1:14`, the number of problems and the first one's code and place. */
import { hasErrors } from '#generator/diagnostics.js'
import { generate } from '#generator/generate.js'
import { type Flood, floods } from './floods.js'

function said({ files }: Flood): string {
  try {
    const { folders, diagnostics } = generate(files(), { folder: 'schemas', typeCheck: true })
    const [first] = diagnostics
    if (hasErrors(diagnostics) && first !== undefined)
      return `${diagnostics.length} ${first.code} ${first.place.line}:${first.place.column}`
    const count = folders.reduce((sum, folder) => sum + folder.files.size, 0)
    return `${count} ${count === 1 ? 'file' : 'files'}`
  } catch (error) {
    return `threw ${error}`
  }
}

for (const flood of floods) process.stdout.write(`${flood.name}\t${said(flood)}\n`)
