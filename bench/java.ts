import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'

const folder = join(import.meta.dirname, '../../bench/java')

/** Builds bench/java with Maven, the first time and when a source is newer, and returns its classpath. */
export function javaClasspath(): string {
  if (!existsSync(join(folder, 'target/lib')) || isStale()) {
    const { status } = spawnSync('mvn', ['-q', '-B', 'package'], { cwd: folder, stdio: 'inherit' })
    if (status !== 0) throw new Error(`Maven could not build ${folder}; the benchmarks beside Kafka Streams need Java 17 and Maven.`)
  }
  return `${join(folder, 'target/classes')}:${join(folder, 'target/lib')}/*`
}

/** Avro's command line tools, as one jar from Maven Central; downloaded the first time. */
export function avroTools(): string {
  const jar = join(folder, 'target/tools/avro-tools-1.12.0.jar')
  if (existsSync(jar)) return jar
  const copy = ['org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy', '-Dartifact=org.apache.avro:avro-tools:1.12.0']
  const { status } = spawnSync('mvn', ['-q', '-B', ...copy, `-DoutputDirectory=${dirname(jar)}`], { cwd: folder, stdio: 'inherit' })
  if (status !== 0) throw new Error("Maven could not get avro-tools; the benchmark beside Avro's compiler needs Java 17 and Maven.")
  return jar
}

function isStale(): boolean {
  const sources = join(folder, 'src/main/java/anchor')
  return readdirSync(sources).some((name) => {
    const compiled = join(folder, 'target/classes/anchor', name.replace(/java$/, 'class'))
    return !existsSync(compiled) || statSync(compiled).mtimeMs < statSync(join(sources, name)).mtimeMs
  })
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
