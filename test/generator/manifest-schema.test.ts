/** Goal: editors that check manifests by the JSON Schema say what gen says. Method: both judge every manifest of the repository. */
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { Ajv } from 'ajv'
import test from 'ava'
import { parse } from 'yaml'

const root = resolve(import.meta.dirname, '../../..')
const schema = JSON.parse(readFileSync(join(root, 'generator/manifest.schema.json'), 'utf8'))
const validate = new Ajv({ allErrors: true, strict: false }).compile(schema)

function manifests(folder: string): readonly string[] {
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => /\.topology\.(?:ya?ml|json)$/.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .filter((path) => !path.includes('node_modules'))
}

const all = ['examples', 'test/conformance/topologies', 'test/generator/cases'].flatMap(manifests)

test('manifests that gen takes are valid by the schema', (t) => {
  for (const path of all.filter((each) => !each.includes('/bad-'))) {
    const valid = validate(parse(readFileSync(join(root, path), 'utf8').replace('\uFEFF', '')))
    t.true(valid, `${path}: ${JSON.stringify(validate.errors?.slice(0, 3))}`)
  }
})

/** What is wrong in shape is wrong by the schema; what is wrong in meaning, such as a name that nobody declares, only gen can tell. */
for (const name of ['unexpected-value', 'unknown-key', 'missing-key', 'invalid-name', 'unknown-operator', 'ambiguous-operator']) {
  test(`the schema refuses bad-${name}`, (t) => {
    const path = join(root, `test/generator/cases/bad-${name}/schemas/${name}.topology.yaml`)
    t.false(validate(parse(readFileSync(path, 'utf8'))))
  })
}
