import type { Place, Report } from '../diagnostics.js'
import type { Manifest } from '../input/manifest.js'
import { entry, NodeReader, type Reference } from '../input/reader.js'
import type { MapNode } from '../input/yaml.js'
import { camelCase, isInheritedProperty, pascalCase, stepClassName } from '../model/step-names.js'
import { importedAs, type TopologyModel } from '../model/topology.js'

/** Names that are different in the manifest, but would be the same in TypeScript or on a disk. */
export function checkNames(topology: TopologyModel, manifest: Manifest, report: Report): void {
  const reader = new NodeReader(report)
  const classes = new Names(reader, 'class')
  classes.add(topology.className, manifest.place, `the app of \`${manifest.file}\``)
  classes.add(`${topology.className}Logic`, manifest.place, 'the map of its classes')
  classes.add(`${topology.className}Driver`, manifest.place, 'its test driver')
  classes.add(`${topology.className}TestStores`, manifest.place, 'the type of its stores in tests')
  classes.add(`${topology.className}Stores`, manifest.place, 'the type of its stores')
  for (const step of topology.steps) {
    for (const logic of step.logic) classes.add(logic.className, step.place, `step \`${step.name}\``)
  }
  unique(reader, 'stores', manifest.stores)
  unique(reader, 'topics', manifest.topics)
  unique(reader, 'steps', manifest.steps)
}

function unique(reader: NodeReader, section: string, references: readonly Reference[]): void {
  const properties = new Names(reader, 'property')
  for (const { name, place } of references) {
    if (isInheritedProperty(camelCase(name))) {
      reader.error(
        'invalid-name',
        place,
        `\`${name}\` would be the property \`${camelCase(name)}\`, which every object has.`,
        `Rename it in \`${section}\`.`,
      )
    } else if (section !== 'steps') {
      properties.add(camelCase(name), place, `\`${name}\` of \`${section}\``)
    }
  }
}

/** Told from each other on a disk that does not tell case, too. */
class Names {
  readonly #taken = new Map<string, string>()
  readonly #reader: NodeReader
  readonly #noun: string

  constructor(reader: NodeReader, noun: string) {
    this.#reader = reader
    this.#noun = noun
  }

  add(name: string, place: Place, owner: string): void {
    const key = name.toLowerCase()
    const other = this.#taken.get(key)
    if (other === undefined) this.#taken.set(key, owner)
    else
      this.#reader.error(
        'name-collision',
        place,
        `In TypeScript ${owner} would have the same ${this.#noun} \`${name}\` as ${other}.`,
        'Rename one of them.',
      )
  }
}

/** All names that the files of a topology may declare, and those that inline logic imports: types of the folder must not take them. */
export function declaredNames(manifest: Manifest): ReadonlySet<string> {
  const steps = manifest.steps.flatMap(({ name, node }) => [name, ...inputNames(node)])
  const imports = manifest.imports.flatMap(({ names }) => names.map(({ name }) => importedAs(name)))
  const app = pascalCase(manifest.name)
  return new Set([
    ...steps.flatMap((name) => [pascalCase(name), stepClassName(name), `${pascalCase(name)}Timestamp`, `${pascalCase(name)}Partitioner`]),
    ...[app, `${app}Logic`, `${app}Stores`, `${app}Driver`, `${app}TestStores`],
    ...aliasNames,
    ...driverNames,
    ...imports,
  ])
}

/** Branches and children, whose names cogroup's types are called by. */
function inputNames(node: MapNode): readonly string[] {
  return ['into', 'default'].flatMap((key) => {
    const written = entry(node, key)
    const items = written?.kind === 'list' ? written.items : written === undefined ? [] : [written]
    return items.flatMap((item) => (item.kind === 'scalar' ? [item.text] : []))
  })
}

const aliasNames = ['In', 'Out', 'Key', 'Left', 'Right', 'Branch', 'Aggregate', 'Context', 'Stores']

/** What test drivers import beside the types of the folder. */
const driverNames = [
  'TestInputTopic',
  'TestKeyValueStore',
  'TestOutputTopic',
  'TestSessionStore',
  'TestVersionedStore',
  'TestWindowStore',
  'TopologyTestDriver',
  'TopologyTestDriverOptions',
]
