import { avroSerde, stringSerde } from 'millrace/codegen'
import { example } from '../shared/example.js'
import { bar, LiveView } from '../shared/live-view.js'
import { atRate, tick } from '../shared/pace.js'
import { recordsIn, TopicWriter } from '../shared/topics.js'
import { loginEvent } from './events.js'
import { LoginAttempts } from './generated/login-attempts.js'
import { loginEventCodec } from './generated/types/seed/login-event.js'
import { PerUser, SuspiciousIps } from './processors.js'

const about = {
  name: 'login-attempts',
  text: `Counts the login attempts of each user that come from suspicious addresses, and shows the users with the most.
It makes the events itself. Stop it, or kill it, and start it again: it goes on with its state.`,
  options: {
    rate: { value: 'N', about: 'events a second', default: 200 },
    seed: { value: 'N', about: 'of the events made', default: 1 },
    top: { value: 'N', about: 'users shown', default: 10 },
  },
}

await example(about, async ({ client, config, options, place, stopped, start }) => {
  await using app = new LoginAttempts({ suspicious: SuspiciousIps, byUser: PerUser }, config)
  await start(app)

  const logins = { name: 'logins', key: stringSerde, value: avroSerde(loginEventCodec), partitions: 2 }
  await using writer = new TopicWriter(client, logins)
  const before = await recordsIn(client, logins)
  let events = before
  const send = () => writer.send(null, loginEvent(options.seed, events++, Date.now()))
  const feeding = atRate(options.rate, stopped, send, () => writer.flush())

  const view = new LiveView()
  while (!stopped.aborted) {
    if (app.state === 'RUNNING') {
      const rows = await app.stores.attemptsPerUser.all().toArray()
      const top = rows.sort((a, b) => b.value - a.value).slice(0, options.top)
      const attempts = rows.reduce((sum, { value }) => sum + value, 0)
      const most = top[0]?.value ?? 1
      const head = `${attempts} suspicious of ${events} login attempts`
      view.show(
        [
          `login-attempts on ${place}`,
          `${head}, ${before} of them from earlier runs`,
          '',
          ...top.map(({ key, value }) => `${key.padEnd(10)} ${`${value}`.padStart(8)}  ${bar(value / most, 40)}`),
          '',
          'Ctrl-C stops it; started again, it goes on from here.',
        ],
        `${head}: ${top.map(({ key, value }) => `${key} ${value}`).join(', ')}`,
      )
    }
    await tick(process.stdout.isTTY ? 250 : 1_000, stopped)
  }
  await feeding
})
