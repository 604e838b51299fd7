import type { Diagnostic, Place } from '../diagnostics.js'
import { reservedFiles } from '../emit/reserved.js'
import { isInheritedProperty } from './step-names.js'
import type { TopologyModel } from './topology.js'

/** Topologies of one run: their files must not be the same, on a disk that does not tell case either, and each is an application of its own. */
export function checkTogether(topologies: readonly TopologyModel[]): readonly Diagnostic[] {
  const diagnostics: Diagnostic[] = []
  const error = (code: 'name-collision' | 'invalid-name', file: string, message: string, hint: string) => {
    const place: Place = { file, line: 1, column: 1 }
    diagnostics.push({ code, severity: 'error', place, message, hint })
  }
  const files = new Map<string, string>()
  const applications = new Map<string, string>()
  for (const { name, file, output, application } of topologies) {
    const lower = name.toLowerCase()
    if (lower === 'types' || reservedFiles.test(lower) || isInheritedProperty(name)) {
      error('invalid-name', file, `A topology cannot be called \`${name}\`: its files could not.`, 'Rename the manifest.')
    }
    const path = `${output}/${lower}`
    const twin = files.get(path)
    if (twin === undefined) files.set(path, file)
    else
      error(
        'name-collision',
        file,
        `Its generated files would be those of ${twin}.`,
        'Rename one of the manifests, or give them different `output` folders.',
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
