#!/usr/bin/env node
import { run } from './cli.js'

const colour = process.stdout.isTTY === true && !process.env.NO_COLOR
process.exitCode = await run(process.argv.slice(2), {
  cwd: process.cwd(),
  stdout: (text) => process.stdout.write(text),
  stderr: (text) => process.stderr.write(text),
  colour: colour && process.stderr.isTTY === true,
})
