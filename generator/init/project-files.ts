import { render } from '../emit/render.js'
import { templates } from '../emit/templates.js'
import { generatorVersion } from '../version.js'

/** The files of a first project, path to text: those of templates/init, which calls itself `name`. */
export function projectFiles(name: string): ReadonlyMap<string, string> {
  const paths = Object.keys(templates).filter((path) => path.startsWith(folder))
  return new Map(paths.map((path) => [path.slice(folder.length).replace(/\.hbs$/, ''), render(path, { name, version: generatorVersion })]))
}

const folder = 'init/'

/** What a folder's name makes of a project's: one that npm and Kafka take. */
export function projectName(folderName: string): string {
  const name = folderName
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .replace(/^-+|-+$/g, '')
  return isProjectName(name) ? name : 'stream-job'
}

export function isProjectName(name: string): boolean {
  return /^[a-z][a-z0-9-]{0,99}$/.test(name)
}
