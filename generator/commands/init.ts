import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { hasErrors } from '../diagnostics.js'
import { extendPackageJson, isModule } from '../init/package-json.js'
import { isProjectName, projectFiles, projectName } from '../init/project-files.js'
import { Memory } from '../memory.js'
import type { Command } from './command.js'
import { exitCodes, type Io, shown, UsageError } from './io.js'
import { reportProblems, writeFolders } from './output.js'
import { planFolders, planLock } from './plans.js'
import { generateProject } from './project.js'

/** `gen init [folder]`: lays a project to begin with, and generates its code. */
export const initCommand: Command = {
  help: `Usage: gen init [folder] [options]

Lays a first project in a folder, the current one if none is given: a schema, a topology, its generated code, a service that runs it on a broker
within the process, a test. Files that are there stay as they are; a package.json gets the scripts and dependencies that it lacks.

  --name NAME              of the package and the application; default: the folder's
  -h, --help               print this text
`,
  options: { name: { type: 'string' } },
  async run(args, io) {
    const folder = resolve(io.cwd, args.folder() ?? '.')
    const name = args.text('name') ?? projectName(basename(folder))
    if (!isProjectName(name))
      throw new UsageError(`--name is lower case letters, digits and dashes, and begins with a letter; not ${name}.`)
    const { 'package.json': manifest = '', ...files } = Object.fromEntries(projectFiles(name))
    layPackageJson(join(folder, 'package.json'), manifest, io)
    for (const [path, text] of Object.entries(files)) lay(join(folder, path), text, io)

    const project: Io = { ...io, cwd: folder }
    const generated = await generateProject('schemas', project)
    reportProblems(generated.diagnostics, project)
    if (hasErrors(generated.diagnostics)) return exitCodes.problems
    const plans = [...(await planFolders(generated, project, new Memory())), ...(await planLock(generated, project))]
    const code = await writeFolders(plans, io)
    if (code === exitCodes.ok)
      io.stdout(
        `\nNext:\n${nextCommands(folder, io)
          .map((line) => `  ${line}\n`)
          .join('')}`,
      )
    return code
  },
}

/** A file that is there is the user's: it is told, and stays. */
function lay(path: string, text: string, io: Io): void {
  try {
    mkdirSync(dirname(path), { recursive: true })
    const isThere = existsSync(path)
    if (!isThere) writeFileSync(path, text, { flag: 'wx' })
    io.stdout(isThere ? `kept ${shown(io, path)}, which is there\n` : `wrote ${shown(io, path)}\n`)
  } catch (error) {
    throw new UsageError(`${shown(io, path)} cannot be written: ${(error as Error).message}`)
  }
}

function layPackageJson(path: string, wanted: string, io: Io): void {
  if (!existsSync(path)) return lay(path, wanted, io)
  const text = readFileSync(path, 'utf8')
  const extended = extendPackageJson(text, wanted)
  if (extended === undefined) throw new UsageError(`${shown(io, path)} cannot be read as a package.json: mend it first.`)
  if (extended.added.length === 0) io.stdout(`kept ${shown(io, path)}, which has all that is needed\n`)
  else {
    writeFileSync(path, extended.text)
    io.stdout(`added ${extended.added.join(', ')} to ${shown(io, path)}\n`)
  }
  if (!isModule(text)) io.stderr(`${shown(io, path)}: generated code is ECMAScript modules, which need "type": "module" there\n`)
}

function nextCommands(folder: string, io: Io): readonly string[] {
  const path = shown(io, folder)
  return [
    ...(path === '' ? [] : [`cd ${/^[\w./-]+$/.test(path) ? path : `'${path}'`}`]),
    'npm install',
    'npm start          # the job, on a broker within the process',
    'npm test           # its tests',
    'npx gen --watch    # the code again after each change of schemas/',
  ]
}
