/** Goal: each view gets the region of its user, and views are counted per region and minute. Method: the generated driver. */
import test from 'ava'
import { PageViewEnricherDriver } from './generated/page-view-enricher/driver.js'
import { PerRegion, WithRegion } from './processors.js'

const logic = { enriched: WithRegion, byRegion: PerRegion }

function start(partitions = 1): PageViewEnricherDriver & { view(user: string, at: number): void } {
  const driver = new PageViewEnricherDriver(logic, { partitions })
  return Object.assign(driver, {
    view: (user: string, at: number) => driver.inputs.pageViews.pipe(user, { user, page: '/', at }, { timestamp: at }),
  })
}

test('a view has the region that its user has at that moment', (t) => {
  using driver = start()
  const { userProfiles } = driver.inputs
  driver.view('u1', 1)
  userProfiles.pipe('u1', { name: 'Alice', region: 'europe' })
  driver.view('u1', 2)
  userProfiles.pipe('u1', { name: 'Alice', region: 'asia' })
  driver.view('u1', 3)
  t.deepEqual(
    driver.outputs.enrichedViews.readValues().map(({ region }) => region),
    ['unknown', 'europe', 'asia'],
  )
})

test('users without a profile are counted in a region of their own', (t) => {
  using driver = start(2)
  driver.inputs.userProfiles.pipe('u1', { name: 'Alice', region: 'europe' })
  for (const user of ['u1', 'u2', 'u3', 'u1']) driver.view(user, 0)
  const counts = driver.stores.regionViews.all().map(({ key, value }) => [key.key, value] as const)
  t.deepEqual(new Map(counts), new Map([['europe', 2], ['unknown', 2]])) // biome-ignore format: a table
})

test('views are counted by the minute, late ones within ten seconds, later ones not', (t) => {
  using driver = start()
  driver.view('u1', 1_000)
  driver.view('u1', 59_999)
  driver.view('u1', 60_000)
  driver.view('u1', 69_000)
  driver.view('u1', 30_000) // 39 s late, but its minute is kept until 70 s
  driver.view('u1', 71_000)
  driver.view('u1', 30_000)
  const rows = driver.outputs.viewsPerRegion.readKeyValues().map(({ key, value }) => [key.key, key.start, value])
  t.deepEqual(rows, [
    ['unknown', 0, 1],
    ['unknown', 0, 2],
    ['unknown', 60_000, 1],
    ['unknown', 60_000, 2],
    ['unknown', 0, 3],
    ['unknown', 60_000, 3],
  ])
  t.is(driver.dropped, 1)
})
