/**
 * Goal: each change of a folder gets the verdict that Avro and Kafka Streams give it, with what comes of it, the topics and stores that it is
 * about, and a way out. Method: each folder of compat/ has before/ and after/ (some earlier/ too, for a history; before/ may be a lock alone, as an
 * older gen wrote it), and expected.txt, what `gen compat` says of the one against the lock of the other; UPDATE_CASES=1 rewrites it. Together they
 * have every code of the table.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import test from 'ava'
import { changeCodes } from '#generator/compat/change-codes.js'
import { formatReport } from '#generator/compat/report.js'
import { changeTables } from '#generator/docs.js'
import { generate } from '#generator/generate.js'

const root = resolve(import.meta.dirname, '../../..')
const cases = join(root, 'test/generator/compat')
const update = process.env.UPDATE_CASES === '1'
const names = readdirSync(cases)
const lockPath = 'schemas/topology.lock.json'

/** What `gen` makes of a stage of a case after the one before it. */
function stage(name: string, folder: string, lock: string | undefined) {
  const path = join(cases, name, folder)
  const given = join(path, 'topology.lock.json')
  if (existsSync(given)) return { text: readFileSync(given, 'utf8'), changes: [] }
  const files = readdirSync(path).map((file) => ({ path: `schemas/${file}`, content: readFileSync(join(path, file), 'utf8') }))
  const last = lock === undefined ? [] : [{ path: lockPath, content: lock }]
  const made = generate([...files, ...last], { folder: 'schemas', lock: { acceptReset: true } })
  const errors = made.diagnostics.filter(({ severity }) => severity === 'error')
  if (made.lock === undefined || errors.length > 0) throw new Error(`${name}/${folder}: ${JSON.stringify(errors)}`)
  return made.lock
}

function changesOf(name: string) {
  const earlier = existsSync(join(cases, name, 'earlier')) ? stage(name, 'earlier', undefined).text : undefined
  return stage(name, 'after', stage(name, 'before', earlier).text).changes
}

for (const name of names) {
  test(name, (t) => {
    const text = formatReport({ against: 'before', changes: changesOf(name) }, 'text')
    const expected = join(cases, name, 'expected.txt')
    if (update) writeFileSync(expected, text)
    t.is(text, readFileSync(expected, 'utf8'))
  })
}

test('every code of the table has a case', (t) => {
  const told = new Set(names.flatMap((name) => changesOf(name).map(({ code }) => code)))
  t.deepEqual([...told].sort(), Object.keys(changeCodes).sort())
})

test('each needs a way out but what is safe', (t) => {
  const without = Object.entries(changeCodes).filter(([, change]) => (change.verdict === 'safe') === 'wayOut' in change)
  t.deepEqual(without, [])
})

test('docs/compat.md has the table', (t) => {
  const file = join(root, 'docs/compat.md')
  const [start, end] = ['<!-- changes -->\n\n', '\n<!-- end of changes -->']
  const page = readFileSync(file, 'utf8')
  const [head = '', rest = ''] = page.split(start)
  const [table = '', tail = ''] = rest.split(end)
  if (update) writeFileSync(file, head + start + changeTables() + end + tail)
  else t.is(table, changeTables())
  t.true(tail !== '')
})
