// The embedded broker on disk is a Client, with segments so small that every test crosses several.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { EmbeddedBroker, embeddedClient } from '#runtime/embedded.js'
import { clientSuite } from './client-suite.js'

const dir = mkdtempSync(join(tmpdir(), 'millrace-broker-'))
const opened = EmbeddedBroker.open({ dir, cacheBytes: 1000 })

test.after.always(async () => {
  const broker = await opened
  broker.close()
  rmSync(dir, { recursive: true })
})

clientSuite({
  connect: async () => embeddedClient(await opened),
  topicConfig: { 'segment.bytes': '500' },
  compact: async (topic) => (await opened).clean(topic),
  lastStableOffset: true,
  dropsSilentMembers: true,
  refusesOffsetsOutOfRange: true,
})
