import { Com10 } from '../generated/device-names.js'

/** Step `com10`: `forEach` of `source`. */
export class Com10Impl extends Com10 {
  /** Called with each record. */
  protected override forEach(_record: Com10.In): void {
    throw new Error('Com10Impl.forEach is not written yet.')
  }
}
