/**
 * `gen` on a folder of 1,000 schemas and ten topologies, beside Avro's Java compiler (`avro-tools compile schema`) on the same schemas, as whole processes in turns.
 * Java's gets all schema files in one run, in the order of their references, which it needs; it has no topologies to do. Then single changes under `gen --watch`, for
 * which Java's would run again as a whole. `node build/bench/gen.js [SCHEMAS] [ROUNDS]`.
 */
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { schemaFolder } from '../test/helpers/schema-folder.js'
import { type Change, measureChanges } from './gen-watch.js'
import { avroTools } from './java.js'
import { runMeasured } from './process.js'

interface Run {
  readonly seconds: number
  readonly cpuSeconds: number
  readonly peakMegabytes: number
}

const count = Number(process.argv[2] ?? 1000)
const rounds = Number(process.argv[3] ?? 3)
const bin = resolve(import.meta.dirname, '../../generator/dist/bin.js')
const jar = avroTools()

// Within the repository, where generated code finds the runtime.
const project = mkdtempSync(join(import.meta.dirname, '../gen-bench-'))
const files = schemaFolder(count)
for (const [path, text] of files) {
  mkdirSync(dirname(join(project, 'schemas', path)), { recursive: true })
  writeFileSync(join(project, 'schemas', path), text)
}
const schemas = [...files.keys()].filter((path) => path.endsWith('.avsc')).map((path) => join(project, 'schemas', path))
console.log(`${schemas.length} schemas, ${files.size - schemas.length} topologies\n`)
console.log(row('side', 'seconds', 'CPU s', 'peak MB'))

let changes: readonly Change[] = []
const runs: { readonly ours: Run; readonly java: Run }[] = []
try {
  for (let round = 0; round < rounds; round += 1) {
    const java = await measured('java', 'java', '-jar', jar, 'compile', 'schema', ...schemas, join(project, 'java'))
    const ours = await measured('millrace', process.execPath, bin, join(project, 'schemas'))
    runs.push({ java, ours })
  }
  changes = await measureChanges(bin, join(project, 'schemas'), schemas, 15)
} finally {
  rmSync(project, { recursive: true, force: true })
}
const ours = median(runs.map((run) => run.ours.seconds))
const java = median(runs.map((run) => run.java.seconds))
console.log(`\nmedian of ${rounds}: ${ours.toFixed(2)} s, CPU ${median(runs.map((run) => run.ours.cpuSeconds)).toFixed(2)} s`)
console.log(`java: ${java.toFixed(2)} s, CPU ${median(runs.map((run) => run.java.cpuSeconds)).toFixed(2)} s`)
const change = {
  ms: 1000 * median(changes.map(({ seconds }) => seconds)),
  cpuMs: 1000 * median(changes.map(({ cpuSeconds }) => cpuSeconds)),
}
console.log(`one change under gen --watch: ${change.ms.toFixed(0)} ms, CPU ${change.cpuMs.toFixed(0)} ms (median of ${changes.length})`)
console.log(`ratio ${median(runs.map((run) => run.java.seconds / run.ours.seconds)).toFixed(2)} (1 is as fast as Avro's compiler)`)

/** A whole process, from nothing. What was there is moved away, not removed: ext4 is slow to make files for some seconds after it has removed many. */
async function measured(side: string, command: string, ...args: readonly string[]): Promise<Run> {
  for (const path of ['java', 'generated', 'schemas/topology.lock.json']) {
    if (existsSync(join(project, path))) renameSync(join(project, path), join(mkdtempSync(join(project, 'before-')), 'moved'))
  }
  const start = process.hrtime.bigint()
  const { cpuSeconds, peakMegabytes } = await runMeasured(command, args, {}, 'ignore')
  const seconds = Number(process.hrtime.bigint() - start) / 1e9
  console.log(row(side, seconds.toFixed(2), cpuSeconds.toFixed(2), peakMegabytes))
  return { seconds, cpuSeconds, peakMegabytes }
}

function row(...cells: readonly (string | number)[]): string {
  return cells.map((cell) => String(cell).padStart(12)).join('')
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!
}
