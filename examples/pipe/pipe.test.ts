/** Goal: pipe copies records as they are. Method: its generated driver. */
import test from 'ava'
import { Headers } from 'millrace/testing'
import { PipeDriver } from './generated/pipe/driver.js'

test('records are copied in order, with key, value, timestamp and headers', (t) => {
  using driver = new PipeDriver({})
  const { plaintextInput } = driver.inputs
  plaintextInput.pipe('k', 'first', { timestamp: 5, headers: Headers.of([{ key: 'trace', value: Buffer.from('1') }]) })
  plaintextInput.pipe(null, 'no key', { timestamp: 4 })
  plaintextInput.pipe('k', null, { timestamp: 6 })

  const copied = driver.outputs.pipeOutput.readAll()
  t.deepEqual(
    copied.map(({ key, value, timestamp }) => ({ key, value, timestamp })),
    [
      { key: 'k', value: 'first', timestamp: 5 },
      { key: null, value: 'no key', timestamp: 4 },
      { key: 'k', value: null, timestamp: 6 },
    ],
  )
  t.deepEqual(
    [...copied[0]!.headers].map(({ key, value }) => [key, Buffer.from(value ?? []).toString()]),
    [['trace', '1']],
  )
})
