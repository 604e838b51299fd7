/** Goal: user code of the Processor API is held to the stores, children and types of the manifest. */
import { type Kept, Process, Router } from '../generator/cases/process/expected/process.js'

export class Routed extends Router {
  protected override process(record: Router.In, context: Router.Context) {
    context.forward(record.withValue(1), 'fresh')
    // @ts-expect-error there is no such child
    context.forward(record.withValue(1), 'stale')
    // @ts-expect-error the values that it forwards are numbers
    context.forward(record, 'fresh')
    const seen: number | undefined = context.stores.seen.get(record.key)
    // @ts-expect-error the manifest does not connect it
    context.stores.numbered
    // @ts-expect-error the key is a string
    context.stores.seen.get(5)
    // @ts-expect-error the values are numbers
    context.stores.seen.put(record.key, 'text')
    // @ts-expect-error a window is put at its start
    context.stores.recent.put(record.key, 5)
    context.stores.recent.put(record.key, 5, 0)
    const version = context.stores.history.get(record.key)
    // @ts-expect-error it may be undefined
    version.value
    // @ts-expect-error an aggregation keeps the timestamp beside the value
    const count: number | undefined = context.stores.counts.get(record.key)
    console.log(seen, version, count)
  }
  protected override punctuateReport(timestamp: number, context: Router.Context) {
    context.forward(context.stores.seen.get('x') === undefined ? record(timestamp) : record(0))
  }
}

declare function record(timestamp: number): Router.Out

// @ts-expect-error the punctuation is missing
export class NoPunctuation extends Router {}

export class AsyncPunctuation extends Router {
  // @ts-expect-error punctuations are synchronous
  protected override async punctuateReport(_timestamp: number) {}
}

declare const kept: new () => Kept
// Concrete classes may be left out, or replaced by subclasses.
new Process({ router: Routed, kept }, { brokers: [] })
// @ts-expect-error numbered is a class of another step
new Process({ router: Routed, kept, numbered: Routed }, { brokers: [] })
