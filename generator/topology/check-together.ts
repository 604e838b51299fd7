import type { Diagnostic, Place } from '../diagnostics.js'
import { isFileName } from '../file-names.js'
import { isInheritedProperty } from '../model/step-names.js'
import type { TopologyModel } from '../model/topology.js'

/** Topologies of one run: their files must not be the same, on a disk that does not tell case either, and each is an application of its own. */
export function checkTogether(topologies: readonly TopologyModel[]): readonly Diagnostic[] {
  const diagnostics: Diagnostic[] = []
  const error = (code: 'name-collision' | 'invalid-name', file: string, message: string, hint: string) => {
    const place: Place = { file, line: 1, column: 1 }
    diagnostics.push({ code, severity: 'error', place, message, hint })
  }
  const files = new Map<string, string>()
  const applications = new Map<string, string>()
  const outputs = new Map<string, TopologyModel>()
  for (const topology of topologies) {
    const { name, file, output, application } = topology
    const lower = name.toLowerCase()
    if (lower === 'types' || !isFileName(name) || isInheritedProperty(name)) {
      error('invalid-name', file, `A topology cannot be called \`${name}\`: its files could not.`, 'Rename the manifest.')
    }
    const paths = [`${output}/${lower}`, `${output}/${lower}.ts`].map((path) => path.toLowerCase())
    const twin = files.get(paths[0]!) ?? files.get(paths[1]!)
    for (const path of paths) files.set(path, twin ?? file)
    if (twin !== undefined)
      error(
        'name-collision',
        file,
        `Its generated files would be those of ${twin}.`,
        'Rename one of the manifests, or give them different `output` folders.',
      )
    const neighbour = [...outputs].find(([path]) => isWithin(path, output.toLowerCase()) || isWithin(output.toLowerCase(), path))?.[1]
    if (neighbour === undefined) outputs.set(output.toLowerCase(), topology)
    else if (neighbour.output !== output)
      error(
        'name-collision',
        file,
        `Its output folder \`${output}\` and \`${neighbour.output}\` of ${neighbour.file} hold each other.`,
        'Give both the same folder, or folders apart.',
      )
    const namesake = applications.get(application)
    if (namesake === undefined) applications.set(application, file)
    else {
      const message = `\`application: ${application}\` is that of ${namesake} too: they would share their consumer group and internal topics.`
      error('name-collision', file, message, 'Give each topology an application of its own.')
    }
  }
  return diagnostics
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`)
}
