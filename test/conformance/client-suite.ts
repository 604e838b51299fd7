// Every client does what the port says: the same tests on each, by what their brokers can do.
import { adminSuite } from './client/admin.js'
import { closedSuite } from './client/closed.js'
import { groupSuite } from './client/group.js'
import type { ClientUnderTest } from './client/harness.js'
import { produceSuite } from './client/produce.js'
import { readerSuite } from './client/reader.js'
import { transactionSuite } from './client/transactions.js'

export type { ClientUnderTest } from './client/harness.js'

/** Declares the tests; one file of tests is one client. */
export function clientSuite(tested: ClientUnderTest): void {
  adminSuite(tested)
  produceSuite(tested)
  groupSuite(tested)
  readerSuite(tested)
  transactionSuite(tested)
  closedSuite(tested)
}
