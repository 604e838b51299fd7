/** Goal: the small parts of the generator do what their docs say. Method: examples, by hand. */

import test from 'ava'
import type { Diagnostic } from '#generator/diagnostics.js'
import { unifiedDiff } from '#generator/emit/diff.js'
import { parseSnippet } from '#generator/input/snippet.js'
import { Source } from '#generator/input/source.js'
import { type InputNode, parseYaml } from '#generator/input/yaml.js'
import { formatDuration, parseSignedDuration } from '#generator/model/durations.js'
import { camelCase, pascalCase, stepClassName } from '#generator/model/step-names.js'
import { didYouMean, suggest } from '#generator/suggest.js'

test('names become classes and properties; JavaScript’s own names get Step', (t) => {
  t.deepEqual(['by-user', 'a.b_c', 'URLs', 'x1-2'].map(pascalCase), ['ByUser', 'ABC', 'URLs', 'X12'])
  t.deepEqual(['by-user', 'ByUser'].map(camelCase), ['byUser', 'byUser'])
  t.deepEqual(['map', 'promise', 'stream-record', 'filter-logic', 'orders'].map(stepClassName), [
    'MapStep',
    'PromiseStep',
    'StreamRecordStep',
    'FilterLogicStep',
    'Orders',
  ])
})

test('a misspelt name is known again: other case, swapped, missing and wrong letters', (t) => {
  const names = ['filter', 'filterNot', 'mapValues', 'count']
  t.deepEqual(
    ['Filter', 'fitler', 'filer', 'mapvalue', 'cuont', 'filternot'].map((name) => didYouMean(name, names)),
    ['filter', 'filter', 'filter', 'mapValues', 'count', 'filterNot'].map((name) => `Did you mean \`${name}\`?`),
  )
  t.is(didYouMean('peek', names), undefined)
  t.is(suggest('x', ['abc']), 'There is only `abc`.')
  t.is(suggest('x', []), undefined)
})

test('durations: units, ISO 8601, negative ones', (t) => {
  t.deepEqual(
    ['5m', '30s', '100ms', '7d', '2h', 'PT5M', '-5ms', '-PT1S', '0ms'].map(parseSignedDuration),
    [300_000, 30_000, 100, 604_800_000, 7_200_000, 300_000, -5, -1000, 0],
  )
  t.deepEqual(['5', '5 minutes', '', 'P', 'm', '--5s', '1e3s'].map(parseSignedDuration), Array(7).fill(undefined))
  t.deepEqual([0, 1, 1000, 90_000, 86_400_000, -5000].map(formatDuration), ['0ms', '1ms', '1s', '90s', '1d', '-5s'])
})

test('a snippet is one expression, or statements, and not more', (t) => {
  const kinds = (texts: readonly string[]) => texts.map((text) => parseSnippet(text).kind)
  t.deepEqual(kinds(['value', '({ key, value })', 'a\n  + b', '// why\nvalue', 'x => x', 'a, b', '"text"']), Array(7).fill('expression'))
  t.deepEqual(kinds(['return value', 'const x = 1\nreturn x', 'if (a) b()', 'a; b', 'for (const x of y) x()']), Array(5).fill('statements'))
  t.deepEqual(kinds(['a)', '}', 'a }, { b', 'return (', 'value ===', '} function f() {', '/* open', '`open']), Array(8).fill('broken'))
})

test('a snippet knows what it takes from the scope: not properties, not what it declares', (t) => {
  const names = (text: string) => {
    const snippet = parseSnippet(text)
    return snippet.kind === 'broken' ? [] : [...snippet.identifiers].sort()
  }
  t.deepEqual(names('record.value.key + key'), ['key', 'record'])
  t.deepEqual(names('({ value, key: other })'), ['other', 'value'])
  t.deepEqual(names('const { value: x } = record\nreturn x + timestamp'), ['record', 'timestamp'])
})

test('YAML knows the place of each line of a text', (t) => {
  const problems: Diagnostic[] = []
  const text = 'a:\n  b: |\n    first\n\n      third\n  c: "quoted"\n  d: plain text\n  e: folded\n    text\n  f: >\n    folded\n    too\n'
  const root = parseYaml('m.yaml', text, (diagnostic) => problems.push(diagnostic))
  const lines = (path: readonly string[]) => {
    let node: InputNode | undefined = root
    for (const key of path) node = node?.kind === 'map' ? node.entries.find((entry) => entry.key === key)?.value : undefined
    return node?.kind === 'scalar' ? node.lines.map(({ line, column }) => `${line}:${column}`) : []
  }
  t.deepEqual(problems, [])
  t.deepEqual(lines(['a', 'b']).slice(0, 3), ['3:5', '4:5', '5:5'])
  t.deepEqual(lines(['a', 'c']), ['6:7'])
  t.deepEqual(lines(['a', 'd']), ['7:6'])
  t.deepEqual(lines(['a', 'e']), [])
  t.deepEqual(lines(['a', 'f']), [])
})

test('the end of a line is one place, whether it ends with LF or CR LF', (t) => {
  for (const end of ['\n', '\r\n']) {
    const source = new Source('m.yaml', `ab${end}cd${end}`)
    t.deepEqual(source.place(2 + end.length - 1), { file: 'm.yaml', line: 1, column: 3 })
    t.deepEqual(source.place(2 + end.length), { file: 'm.yaml', line: 2, column: 1 })
  }
})

test('a diff is unified, with three lines around, as patch takes it', (t) => {
  const lines = Array.from({ length: 20 }, (_, index) => `line ${index + 1}\n`)
  const changed = [...lines]
  changed[1] = 'second\n'
  changed.splice(15, 1)
  t.is(
    unifiedDiff('a.ts', lines.join(''), changed.join('')),
    '--- a/a.ts\n+++ b/a.ts\n@@ -1,5 +1,5 @@\n line 1\n-line 2\n+second\n line 3\n line 4\n line 5\n' +
      '@@ -13,7 +13,6 @@\n line 13\n line 14\n line 15\n-line 16\n line 17\n line 18\n line 19\n',
  )
  t.is(unifiedDiff('a.ts', undefined, 'x\n'), '--- /dev/null\n+++ b/a.ts\n@@ -0,0 +1 @@\n+x\n')
  t.is(unifiedDiff('a.ts', 'x\n', undefined), '--- a/a.ts\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n')
  t.is(unifiedDiff('a.ts', 'x', 'x\n'), '--- a/a.ts\n+++ b/a.ts\n@@ -1 +1 @@\n-x\n\\ No newline at end of file\n+x\n')
  t.is(unifiedDiff('a.ts', 'x\n', 'x\n'), '')
})
