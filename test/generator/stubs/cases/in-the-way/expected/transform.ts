import { Transform } from '../generated/in-the-way.js'

/** Step `transform`: `filter` of `other`. */
export class TransformImpl extends Transform {
  /** Does the record pass? */
  protected override test(_record: Transform.In): boolean {
    throw new Error('TransformImpl.test is not written yet.')
  }
}
