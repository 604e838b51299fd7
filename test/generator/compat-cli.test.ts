/**
 * Goal: `gen compat` finds the lock that is meant, in the repositories that teams have, and says so in each format. Method: the real program and
 * the real git, in repositories of their own; what is said of each change is held by compat.test.ts.
 */
import { spawnSync } from 'node:child_process'
import { join, resolve } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { project } from '../helpers/project.js'

const bin = resolve(import.meta.dirname, '../../../generator/dist/bin.js')
const manifest = `application: counts
topics:
  words: { key: string, value: string, partitions: 2 }
steps:
  words: { stream: words }
  by-word: { groupBy: words, key: string, groupKey: value }
  counts: { count: by-word }
  changes: { toStream: counts }
  seen: { forEach: changes, with: void value }
`
const otherKey = manifest.replace('key: string, groupKey: value', 'key: long, groupKey: value.length')
const withFilter = manifest
  .replace('groupBy: words', 'groupBy: long')
  .replace('  by-word', '  long: { filter: words, test: value.length > 3 }\n  by-word')

/** A repository with a first commit, `below` the folder of the project. */
function repository(t: ExecutionContext, below = '') {
  const made = project(t, { [`${below}schemas/counts.topology.yaml`]: manifest })
  made.git('init', '-q')
  spawnSync(process.execPath, [bin], { cwd: join(made.folder, below) })
  made.git('add', '.')
  made.git('commit', '-qm', 'First')
  return made
}

test('by default it compares with the lock at HEAD, whether or not gen ran since', (t) => {
  const { gen, write } = repository(t)
  t.deepEqual([gen('compat').status, gen('compat').stdout], [0, 'Nothing changes what runs, against HEAD.\n'])
  write('schemas/counts.topology.yaml', otherKey)
  const before = gen('compat')
  t.is(before.status, 1)
  t.true(before.stdout.startsWith('needs reset\n  schemas/counts.topology.yaml:6:3 repartition-type '))
  t.true(before.stdout.endsWith('2 changes against HEAD: 2 need reset.\n'))
  const taken = gen('--accept-reset')
  t.is(taken.status, 0)
  t.regex(taken.stderr, /schemas\/counts\.topology\.yaml:6:3 needs-reset warning: .*repartition-type.* Taken by --accept-reset\.\n/)
  t.is(taken.stderr.split('To reset `counts`, with all its instances stopped:\n  npx millrace reset ').length, 2, 'with the commands, once')
  t.is(gen('compat').stdout, before.stdout)
})

test('a change that concerns two applications is told of each', (t) => {
  const { gen, git, write } = repository(t)
  write('schemas/others.topology.yaml', manifest.replace('application: counts', 'application: others'))
  gen()
  git('add', '.')
  git('commit', '-qm', 'Second')
  for (const name of ['counts', 'others'])
    write(`schemas/${name}.topology.yaml`, otherKey.replace('application: counts', `application: ${name}`))
  for (const args of [['compat'], ['compat', '--format', 'github']]) {
    const { stdout } = gen(...args)
    for (const name of ['counts', 'others']) t.true(stdout.includes(`Concerns application \`${name}\`, `), stdout)
  }
})

test('input with problems cannot be compared, and is told in the format that was asked for', (t) => {
  const { gen, write } = repository(t)
  write('schemas/counts.topology.yaml', manifest.replace('groupBy: words', 'groupBy: word'))
  const text = gen('compat')
  t.deepEqual([text.status, text.stdout], [1, ''])
  t.regex(text.stderr, /^schemas\/counts\.topology\.yaml:6:23 unknown-step /)
  const json = gen('compat', '--format', 'json')
  t.deepEqual([json.status, json.stderr], [1, ''])
  const { against, problems } = JSON.parse(json.stdout)
  t.is(against, 'HEAD')
  t.like(problems[0], { code: 'unknown-step', severity: 'error', file: 'schemas/counts.topology.yaml', line: 6, column: 23 })
  t.regex(gen('compat', '--format', 'github').stdout, /^::error file=schemas\/counts\.topology\.yaml,line=6,col=23,title=unknown-step::/)
})

test('a change that is safe exits with 0, and nothing is written', (t) => {
  const { gen, write, read } = repository(t)
  const lock = read('schemas/topology.lock.json')
  write('schemas/counts.topology.yaml', withFilter)
  const { status, stdout } = gen('compat', 'schemas')
  t.is(status, 0)
  t.true(stdout.startsWith('safe\n'))
  t.is(read('schemas/topology.lock.json'), lock)
})

test('--against takes a tag, a branch or a commit', (t) => {
  const { gen, git, write } = repository(t)
  git('tag', 'v1')
  write('schemas/counts.topology.yaml', otherKey)
  gen('--accept-reset')
  git('commit', '-qam', 'Second')
  t.is(gen('compat').status, 0)
  for (const ref of ['v1', 'HEAD~1', 'main~1']) {
    const { status, stdout } = gen('compat', '--against', ref)
    t.is(status, 1)
    t.true(stdout.endsWith(`2 changes against ${ref}: 2 need reset.\n`))
  }
})

test('what cannot be compared with is said', (t) => {
  const { gen, git } = repository(t)
  const wrong = (...args: string[]) => {
    const { status, stdout, stderr } = gen('compat', ...args)
    t.is(status, 2, stderr)
    t.is(stdout, '')
    return stderr
  }
  t.is(wrong('--against', 'nowhere'), 'gen: git knows no commit nowhere.\nTry gen compat --help.\n')
  t.is(wrong('--against=--help'), 'gen: git knows no commit --help.\nTry gen compat --help.\n')
  git('rm', '-q', '--cached', 'schemas/topology.lock.json')
  git('commit', '-qm', 'Without a lock')
  t.true(wrong('--against', 'HEAD').startsWith('gen: There is no schemas/topology.lock.json at HEAD.'))
  t.is(gen('compat').stdout, 'Nothing changes what runs, against schemas/topology.lock.json.\n')
})

test('outside of a repository it compares with the lock on the disk', (t) => {
  const { gen, write } = project(t, { 'schemas/counts.topology.yaml': manifest })
  t.is(gen('compat').status, 2)
  t.true(gen('compat').stderr.startsWith('gen: There is no schemas/topology.lock.json. gen writes it.'))
  gen()
  write('schemas/counts.topology.yaml', otherKey)
  t.true(gen('compat').stdout.endsWith('2 changes against schemas/topology.lock.json: 2 need reset.\n'))
  t.is(
    gen('compat', '--against', 'HEAD').stderr,
    'gen: --against needs git and a repository: the folder is in none.\nTry gen compat --help.\n',
  )
})

test('the input’s problems are told before anything is compared', (t) => {
  const { gen, write } = repository(t)
  write('schemas/counts.topology.yaml', otherKey.replace('count: by-word', 'count: by-wort'))
  const { status, stdout, stderr } = gen('compat')
  t.is(status, 1)
  t.is(stdout, '')
  t.true(stderr.startsWith('schemas/counts.topology.yaml:7:20 unknown-step '))
})

test('--format json is one object, --format github annotations with paths from the top of the repository', (t) => {
  const { folder, write } = repository(t, 'services/counts/')
  const inService = (...args: string[]) =>
    spawnSync(process.execPath, [bin, ...args], { cwd: join(folder, 'services/counts'), encoding: 'utf8' })
  write('services/counts/schemas/counts.topology.yaml', otherKey.replace('partitions: 2', 'partitions: 4'))
  const report = JSON.parse(inService('compat', '--format', 'json').stdout)
  t.deepEqual([report.against, report.verdict], ['HEAD', 'reset'])
  const [change] = report.changes.filter(({ code }: { code: string }) => code === 'store-key')
  t.like(change, {
    verdict: 'reset',
    application: 'counts',
    place: { file: 'schemas/counts.topology.yaml', line: 7, column: 3 },
    from: 'string',
    to: 'long',
    concerns: ['store `counts`', 'topic `counts-counts-changelog`'],
    commands: [
      'npx millrace reset --bootstrap-server BROKER --application-id counts --input-topics words',
      'rm -r .millrace/counts    # the stateDir, on each instance',
    ],
  })
  const { status, stdout } = inService('compat', '--format', 'github')
  t.is(status, 1)
  const lines = stdout.trimEnd().split('\n')
  t.is(lines.length, report.changes.length)
  t.true(
    lines.some((line) =>
      line.startsWith(
        '::error file=services/counts/schemas/counts.topology.yaml,line=7,col=3,title=needs reset%3A store-key::The key of store `counts` changes. string → long%0AKeys are found',
      ),
    ),
  )
  t.true(
    lines.some((line) =>
      line.startsWith(
        '::warning file=services/counts/schemas/counts.topology.yaml,line=3,col=3,title=needs migration%3A topic-partitions::',
      ),
    ),
  )
})

test('--help, and a format that there is not', (t) => {
  const { gen } = project(t, {})
  t.true(gen('compat', '--help').stdout.startsWith('Usage: gen compat [folder] [options]\n'))
  const { status, stderr } = gen('compat', '--format', 'xml')
  t.deepEqual([status, stderr], [2, 'gen: --format is text, json or github, not xml.\nTry gen compat --help.\n'])
})
