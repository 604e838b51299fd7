/**
 * Goal: generated code compiles in every project that its users have: the oldest and the newest TypeScript that docs/cli.md names, the strictest
 * options, both ways of finding modules.
 * Method: the whole golden tree and the examples, by each compiler of the root's devDependencies.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import test from 'ava'

const root = resolve(import.meta.dirname, '../../..')
const folder = mkdtempSync(join(tmpdir(), 'millrace-compilers-'))
test.after.always(() => rmSync(folder, { recursive: true, force: true }))

const strictest = {
  target: 'ES2022',
  lib: ['ES2023', 'ESNext.Disposable'],
  types: ['node'],
  typeRoots: [join(root, 'node_modules/@types')],
  noEmit: true,
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noPropertyAccessFromIndexSignature: true,
  noImplicitOverride: true,
  noImplicitReturns: true,
  noFallthroughCasesInSwitch: true,
  noUnusedLocals: true,
  noUnusedParameters: true,
  allowUnreachableCode: false,
  verbatimModuleSyntax: true,
  isolatedModules: true,
  skipLibCheck: true,
}
const resolutions = { nodenext: { module: 'nodenext' }, bundler: { module: 'esnext', moduleResolution: 'bundler' } }
/** What a compiler has that those before it do not: code for Node's type stripping, and declarations without a type checker. */
const later = { erasableSyntaxOnly: true, isolatedDeclarations: true, declaration: true }
const compilers = { typescript52: {}, typescript5: later, typescript: later }

for (const [compiler, options] of Object.entries(compilers)) {
  for (const [name, resolution] of Object.entries(resolutions)) {
    test.serial(`${compiler}, ${name}`, (t) => {
      const project = join(folder, `${compiler}-${name}.json`)
      const include = ['test/generator/cases/*/expected/**/*.ts', 'examples/*/generated/**/*.ts'].map((path) => join(root, path))
      writeFileSync(project, JSON.stringify({ compilerOptions: { ...strictest, ...options, ...resolution }, include }))
      const tsc = join(root, 'node_modules', compiler, 'bin/tsc')
      const { status, stdout } = spawnSync(process.execPath, [tsc, '-p', project], { encoding: 'utf8' })
      t.is(stdout, '')
      t.is(status, 0)
    })
  }
}

test('docs/cli.md names the compilers that this runs', (t) => {
  const version = (compiler: string) => JSON.parse(readFileSync(join(root, 'node_modules', compiler, 'package.json'), 'utf8')).version
  const [oldest, last5, newest] = Object.keys(compilers).map((compiler) => version(compiler).split('.'))
  const page = readFileSync(join(root, 'docs/cli.md'), 'utf8')
  t.true(page.includes(`TypeScript ${oldest[0]}.${oldest[1]} to ${last5[0]}.${last5[1]}, and ${newest[0]}`))
})
