import { avroSerde, stringSerde } from 'millrace/codegen'
import { example } from '../shared/example.js'
import { bar, LiveView } from '../shared/live-view.js'
import { atRate, tick } from '../shared/pace.js'
import { recordsIn, TopicWriter } from '../shared/topics.js'
import { PageViewEnricher } from './generated/page-view-enricher.js'
import { pageViewCodec } from './generated/types/views/page-view.js'
import { userProfileCodec } from './generated/types/views/user-profile.js'
import { PerRegion, WithRegion } from './processors.js'
import { pageView, profiles } from './views.js'

const about = {
  name: 'page-view-enricher',
  text: `Adds to each page view the region of its user, from a table of profiles (users without one have the region unknown), and counts
the views of each region in windows of a minute. It makes the views itself.`,
  options: {
    rate: { value: 'N', about: 'views a second', default: 50 },
    seed: { value: 'N', about: 'of the views made', default: 1 },
  },
}

const minuteMs = 60_000

await example(about, async ({ client, config, options, place, stopped, start }) => {
  await using app = new PageViewEnricher({ enriched: WithRegion, byRegion: PerRegion }, config)
  await start(app)

  await using people = new TopicWriter(client, {
    name: 'user-profiles',
    key: stringSerde,
    value: avroSerde(userProfileCodec),
    partitions: 2,
  })
  for (const [user, profile] of profiles) people.send(user, profile)
  await people.flush()

  const topic = { name: 'page-views', key: stringSerde, value: avroSerde(pageViewCodec), partitions: 2 }
  await using writer = new TopicWriter(client, topic)
  let views = await recordsIn(client, topic)
  const send = () => {
    const view = pageView(options.seed, views++, Date.now())
    writer.send(view.user, view, view.at)
  }
  const feeding = atRate(options.rate, stopped, send, () => writer.flush())

  const screen = new LiveView()
  while (!stopped.aborted) {
    if (app.state === 'RUNNING') {
      const now = Date.now()
      const window = now - (now % minuteMs)
      const rows = await app.stores.regionViews.fetchAll(window, window).toArray()
      const regions = rows.map(({ key, value }) => ({ region: key.key, views: value })).sort((a, b) => b.views - a.views)
      const most = regions[0]?.views ?? 1
      const minute = new Date(window).toTimeString().slice(0, 5)
      screen.show(
        [
          `page-view-enricher on ${place}`,
          `${views} views in all; in the minute of ${minute}:`,
          '',
          ...regions.map(({ region, views }) => `${region.padEnd(10)} ${`${views}`.padStart(8)}  ${bar(views / most, 40)}`),
          '',
          'Ctrl-C stops it; started again, it goes on from here.',
        ],
        `${minute} ${regions.map(({ region, views }) => `${region} ${views}`).join(', ')}`,
      )
    }
    await tick(process.stdout.isTTY ? 250 : 1_000, stopped)
  }
  await feeding
})
