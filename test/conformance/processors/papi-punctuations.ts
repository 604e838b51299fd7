import { type Cancellable, Headers, StreamRecord } from 'millrace'
import { Punctuated } from '../generated/papi-punctuations.js'

/** Schedules both kinds of punctuation, and cancels and renews the one of stream time as the values say. */
class ScheduledByValue extends Punctuated {
  #streamTime: Cancellable | undefined

  protected override init(context: Punctuated.Context): void {
    this.#schedule(context)
    context.schedule(100, 'wallClock', (now) => context.forward(new StreamRecord('wc', `${now}`, now, Headers.empty)))
  }

  #schedule(context: Punctuated.Context): void {
    this.#streamTime = context.schedule(10, 'streamTime', (now) => context.forward(new StreamRecord('st', `${now}`, now, Headers.empty)))
  }

  protected override process(record: Punctuated.In, context: Punctuated.Context): void {
    context.forward(record)
    const { value } = record
    if (value === null) return
    if (this.#streamTime !== undefined && (value === '4' || value.endsWith('7'))) {
      this.#streamTime.cancel()
      this.#streamTime = undefined
    } else if (this.#streamTime === undefined && value.endsWith('9')) {
      this.#schedule(context)
    }
  }
}

export const processors = { punctuated: ScheduledByValue }
