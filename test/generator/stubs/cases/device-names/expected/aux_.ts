import { Aux } from '../generated/device-names.js'

/** Step `Aux`: `filter` of `source`. */
export class AuxImpl extends Aux {
  /** Does the record pass? */
  protected override test(_record: Aux.In): boolean {
    throw new Error('AuxImpl.test is not written yet.')
  }
}
