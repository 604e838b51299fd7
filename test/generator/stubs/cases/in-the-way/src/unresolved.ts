import { Transform } from 'node:stream'
import { ByUser } from '~/somewhere.js'

export class PerUser extends ByUser {}
export class Mine extends Totals {
  protected override initialize() {
    return 0
  }
}

export class Upper extends Transform {}
