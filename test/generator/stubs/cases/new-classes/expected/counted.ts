import { Counted } from '../generated/new-classes.js'

/** Step `counted`: `process` of `other`. */
export class CountedImpl extends Counted {
  /** Called with each record; `context.forward` sends records on. */
  protected override process(_record: Counted.In, _context: Counted.Context): void {
    throw new Error('CountedImpl.process is not written yet.')
  }

  /** The wall clock has come to `timestamp`, in milliseconds. */
  protected override punctuateFlush(_timestamp: number, _context: Counted.Context): void {
    throw new Error('CountedImpl.punctuateFlush is not written yet.')
  }
}
