import { ByUser } from '../../generated/two-topologies.js'

/** Step `by-user`: `groupBy` of `source`. */
export class ByUserImpl extends ByUser {
  /** The key to group by. */
  protected override groupKey(_record: ByUser.In): string {
    throw new Error('ByUserImpl.groupKey is not written yet.')
  }
}
