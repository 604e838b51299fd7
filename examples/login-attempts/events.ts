import { Random } from '../shared/random.js'
import type { LoginEvent } from './generated/types/seed/login-event.js'

const users = [
  'alice', 'bob', 'carol', 'dave', 'erin', 'frank', 'grace', 'heidi', 'ivan', 'judy', 'ken', 'laura', 'mallory', 'nina', 'oscar',
  'peggy', 'quinn', 'rita', 'sybil', 'trent', 'ursula', 'victor', 'wendy', 'xavier', 'yvonne', 'zoe',
] // biome-ignore format: names, not structure

/** The n-th attempt to log in: the same for the same seed. Every third comes from the private range 10.0.0.0/8. */
export function loginEvent(seed: number, n: number, at: number): LoginEvent {
  const random = new Random(seed, n)
  const net = random.next() < 1 / 3 ? 10 : 80 + random.int(100)
  return {
    user: random.favour(users),
    ip: `${net}.${random.int(256)}.${random.int(256)}.${random.int(256)}`,
    userAgent: random.next() < 0.8 ? 'Mozilla/5.0' : null,
    success: random.next() < 0.6,
    at,
  }
}
