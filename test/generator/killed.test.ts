/**
 * Goal: whatever a run of `gen` was killed at, the next one makes of the folder what it should hold, and takes nothing for an edit by hand. Method: a
 * process that dies before each of its file operations in turn, then a run for other files.
 */
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { carryOut, planWrite } from '#generator/emit/write.js'
import { Memory } from '#generator/memory.js'
import { project } from '../helpers/project.js'

type Files = Readonly<Record<string, string>>

const before: Files = { 'kept.ts': 'kept', 'changed.ts': 'before', 'old/gone.ts': 'gone' }
const killed: Files = { 'kept.ts': 'kept', 'changed.ts': 'killed', 'new/made.ts': 'killed' }
const others: Readonly<Record<string, Files>> = {
  'the one before': before,
  'the same again': killed,
  'another one': { 'changed.ts': 'after', 'old/gone.ts': 'after', 'new/made.ts': 'after' },
}

for (const [name, after] of Object.entries(others)) {
  test(`after a run that was killed comes ${name}`, async (t) => {
    let operation = 1
    for (; ; operation += 1) {
      const { folder } = project(t, {})
      await write(folder, before)
      if (!dies(folder, killed, operation)) break
      const { refused } = await write(folder, after)
      t.deepEqual(refused, [], `killed at file operation ${operation}`)
      t.deepEqual(contents(folder), after, `killed at file operation ${operation}`)
    }
    t.true(operation > 12)
  })
}

test('a first run that was killed leaves no folder of somebody else’s', async (t) => {
  for (let operation = 1; ; operation += 1) {
    const { folder } = project(t, {})
    if (!dies(folder, killed, operation)) break
    const { refused } = await write(folder, before)
    t.deepEqual(refused, [], `killed at file operation ${operation}`)
    t.deepEqual(contents(folder), before, `killed at file operation ${operation}`)
  }
})

test('a run that another one came before ends as well', async (t) => {
  const { folder } = project(t, {})
  await write(folder, before)
  const [one, other] = [await planned(folder, killed), await planned(folder, killed)]
  await carryOut(one)
  await carryOut(other)
  t.deepEqual(contents(folder), killed)
})

async function write(folder: string, files: Files) {
  const plan = await planned(folder, files)
  if (plan.refused.length === 0) await carryOut(plan)
  return plan
}

function planned(folder: string, files: Files) {
  return planWrite(folder, new Map(Object.entries(files)), new Memory().outputs)
}

/** Writes in a process of its own; true if that was killed before it came to the end. */
function dies(folder: string, files: Files, operation: number): boolean {
  const dying = `
    import fs from 'node:fs'
    import { syncBuiltinESMExports } from 'node:module'
    let left = ${operation}
    const die = () => { left -= 1; if (left === 0) process.kill(process.pid, 'SIGKILL') }
    const dying = (real) => (...args) => { die(); return real(...args) }
    for (const name of ['renameSync', 'rmSync', 'mkdirSync']) fs[name] = dying(fs[name])
    for (const name of ['rm', 'rmdir']) fs.promises[name] = dying(fs.promises[name])
    const write = fs.writeFileSync
    fs.writeFileSync = (path, text, options) => { die(); write(path, '', options); die(); write(path, text, { ...options, flag: 'w' }) }
    syncBuiltinESMExports()
    const { carryOut, planWrite } = await import(${JSON.stringify(import.meta.resolve('#generator/emit/write.js'))})
    const { Memory } = await import(${JSON.stringify(import.meta.resolve('#generator/memory.js'))})
    await carryOut(await planWrite(${JSON.stringify(folder)}, new Map(${JSON.stringify(Object.entries(files))}), new Memory().outputs))
  `
  const { signal, status, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', dying], { encoding: 'utf8' })
  if (signal === null && status !== 0) throw new Error(stderr)
  return signal === 'SIGKILL'
}

/** All that is in a folder, beside the list. */
function contents(folder: string): Files {
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== '.millrace-gen.json')
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
  return Object.fromEntries(paths.map((path) => [path.replaceAll('\\', '/'), readFileSync(join(folder, path), 'utf8')]))
}
