import { ByUser } from '../generated/second.js'

export class PerUser extends ByUser {
  /** The key to group by. */
  protected override groupKey(_record: ByUser.In): string {
    throw new Error('PerUser.groupKey is not written yet.')
  }
}
