/** Goal: code that is wrong against a manifest does not compile. Method: tsc compiles this; each error expected that is missing is one. */

import { LoginAttemptsDriver } from '../generator/cases/login-attempts/expected/login-attempts/driver.js'
import { ByUser, LoginAttempts, Suspicious } from '../generator/cases/login-attempts/expected/login-attempts.js'
import type { LoginEvent } from '../generator/cases/login-attempts/expected/types/seed/login-event.js'

class SuspiciousIps extends Suspicious {
  protected override test({ value }: Suspicious.In) {
    return value.ip.startsWith('10.')
  }
}
class PerUser extends ByUser {
  protected override groupKey({ value }: ByUser.In) {
    return value.user
  }
}

const config = { brokers: ['localhost:9092'] }
const app = new LoginAttempts({ suspicious: SuspiciousIps, byUser: PerUser }, config)
const event: LoginEvent = { user: 'alice', ip: '10.0.0.1' }

// Classes: all that are abstract, each in its place, and not the abstract ones themselves.
// @ts-expect-error byUser is missing
new LoginAttempts({ suspicious: SuspiciousIps }, config)
// @ts-expect-error nothing is given
new LoginAttempts({}, config)
// @ts-expect-error the classes are swapped
new LoginAttempts({ suspicious: PerUser, byUser: SuspiciousIps }, config)
// @ts-expect-error there is no such step
new LoginAttempts({ suspicious: SuspiciousIps, byUser: PerUser, byIp: PerUser }, config)
// @ts-expect-error it is abstract
new LoginAttempts({ suspicious: Suspicious, byUser: PerUser }, config)
// @ts-expect-error an object instead of its class
new LoginAttempts({ suspicious: new SuspiciousIps(), byUser: PerUser }, config)

// Methods: of the right types, synchronous, marked as overriding.
// @ts-expect-error the method is missing
export class Nothing extends Suspicious {}
export class Async extends Suspicious {
  // @ts-expect-error user methods are synchronous
  protected override async test({ value }: Suspicious.In) {
    return value.ip === ''
  }
}
export class WrongResult extends ByUser {
  // @ts-expect-error the key is a string
  protected override groupKey(_record: ByUser.In) {
    return 5
  }
}
export class WrongField extends ByUser {
  protected override groupKey({ value }: ByUser.In) {
    // @ts-expect-error there is no such field
    return value.name as string
  }
}
export class Misspelt extends PerUser {
  // @ts-expect-error there is no such method to override
  protected override groupKeys({ value }: ByUser.In) {
    return value.user
  }
}

// Stores: by name, with the types of the manifest.
export async function stores(): Promise<void> {
  const count: number | undefined = await app.stores.attemptsPerUser.get('alice')
  // @ts-expect-error there is no such store
  app.stores.attemptsPerIp
  // @ts-expect-error the key is a string
  await app.stores.attemptsPerUser.get(5)
  // @ts-expect-error it may be undefined
  const certain: number = await app.stores.attemptsPerUser.get('alice')
  // @ts-expect-error the value is a number
  const text: string | undefined = await app.stores.attemptsPerUser.get('alice')
  console.log(count, certain, text)
}

// The test driver: topics and stores by name, with their types.
export function driver(): void {
  using driver = new LoginAttemptsDriver({ suspicious: SuspiciousIps, byUser: PerUser })
  driver.inputs.logins.pipe('key', event)
  // @ts-expect-error a field is missing
  driver.inputs.logins.pipe('key', { user: 'alice' })
  // @ts-expect-error there is no such topic
  driver.inputs.attempts
  // @ts-expect-error the key is no number
  driver.inputs.logins.pipe(5, event)
  const values: readonly (number | null)[] = driver.outputs.attempts.readValues()
  // @ts-expect-error the values are numbers
  const texts: readonly string[] = driver.outputs.attempts.readValues()
  const count: number | undefined = driver.stores.attemptsPerUser.get('alice')
  // @ts-expect-error there is no such store
  driver.stores.counts
  console.log(values, texts, count)
}
