import { Random } from '../shared/random.js'
import type { PageView } from './generated/types/views/page-view.js'
import type { UserProfile } from './generated/types/views/user-profile.js'

/** By user id. Of these, only the first few have a profile: the others are new here. */
export const profiles: ReadonlyMap<string, UserProfile> = new Map([
  ['u1', { name: 'Alice', region: 'europe' }],
  ['u2', { name: 'Bob', region: 'america' }],
  ['u3', { name: 'Chidi', region: 'africa' }],
  ['u4', { name: 'Daiyu', region: 'asia' }],
  ['u5', { name: 'Emma', region: 'europe' }],
  ['u6', { name: 'Felipe', region: 'america' }],
  ['u7', { name: 'Grace', region: 'oceania' }],
  ['u8', { name: 'Hiro', region: 'asia' }],
])
const users = [...profiles.keys(), 'u9', 'u10']
const pages = ['/', '/docs', '/blog', '/pricing', '/about']

/** The n-th view: the same for the same seed. */
export function pageView(seed: number, n: number, at: number): PageView {
  const random = new Random(seed, n)
  return { user: random.favour(users), page: random.favour(pages), at }
}
