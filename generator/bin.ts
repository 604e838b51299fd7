#!/usr/bin/env node
import module from 'node:module'
import { run } from './cli.js'

// Where Node can (22 and later), what V8 makes of the TypeScript compiler is kept between runs, in the system's folder for temporary files.
const { enableCompileCache } = module as { readonly enableCompileCache?: () => void }
enableCompileCache?.()

// `gen --check | head` closes the pipe early: that is nobody's mistake.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 3))

const colour = process.stdout.isTTY === true && !process.env.NO_COLOR
process.exitCode = await run(process.argv.slice(2), {
  cwd: process.cwd(),
  stdout: (text) => process.stdout.write(text),
  stderr: (text) => process.stderr.write(text),
  colour: colour && process.stderr.isTTY === true,
  onInterrupt: (stop) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop)
  },
})
