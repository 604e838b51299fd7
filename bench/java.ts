import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

const folder = join(import.meta.dirname, '../../bench/java')

/** Builds bench/java with Maven, the first time, and returns its classpath. */
export function javaClasspath(): string {
  if (!existsSync(join(folder, 'target/lib')) || !existsSync(join(folder, 'target/classes/anchor/Driver.class'))) {
    const { status } = spawnSync('mvn', ['-q', '-B', 'package'], { cwd: folder, stdio: 'inherit' })
    if (status !== 0) throw new Error(`Maven could not build ${folder}; the benchmarks beside Kafka Streams need Java 17 and Maven.`)
  }
  return `${join(folder, 'target/classes')}:${join(folder, 'target/lib')}/*`
}

/** Runs a main class, and returns what it printed. */
export function runJava(classpath: string, main: string, ...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync('java', ['-Xmx2g', '-cp', classpath, main, ...args], {
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  })
  if (status !== 0) throw new Error(`${main} ended with ${status}:\n${stderr}`)
  return stdout
}
