#!/usr/bin/env node
import { kafkajsClient } from './kafkajs.js'
import { run } from './reset/cli.js'

process.exitCode = await run(process.argv.slice(2), {
  stdout: (text) => process.stdout.write(text),
  stderr: (text) => process.stderr.write(text),
  connect: (brokers, security) => kafkajsClient({ ...security, brokers, clientId: 'millrace-reset' }),
})
