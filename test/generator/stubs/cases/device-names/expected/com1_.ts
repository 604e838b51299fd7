import { Com1 } from '../generated/device-names.js'

/** Step `com1`: `forEach` of `Aux`. */
export class Com1Impl extends Com1 {
  /** Called with each record. */
  protected override forEach(_record: Com1.In): void {
    throw new Error('Com1Impl.forEach is not written yet.')
  }
}
