/** Goal: user code of each step is held to the types on both sides of it, and marked as what it overrides. */

import type { KeyValue, MapLogic, StreamRecord } from 'millrace/codegen'
import { Counted, Swapped, Map as Swaps } from '../generator/cases/map/expected/map.js'
import { Forwarded } from '../generator/cases/process/expected/process.js'
import type { SinkDriver } from '../generator/cases/sink/expected/sink/driver.js'

export class Unmarked extends Swapped {
  // @ts-expect-error it overrides what the manifest writes, and does not say so
  protected map({ key, value }: Swapped.In) {
    return { key: value, value: key }
  }
}
export class Numbers extends Counted {
  protected override map({ value }: Counted.In) {
    return { key: value.length, value: 1 }
  }
}
export class Texts extends Counted {
  // @ts-expect-error what goes to the next step, and to its topic, is a number
  protected override map({ value }: Counted.In) {
    return { key: value.length, value }
  }
}
export class Halves extends Counted {
  // @ts-expect-error the value is missing
  protected override map({ value }: Counted.In) {
    return { key: value.length }
  }
}
export class WrongInput extends Counted {
  // @ts-expect-error records of the input are texts
  protected override map({ value }: { readonly value: number }) {
    return { key: value, value }
  }
}
export class Later extends Forwarded {
  // @ts-expect-error user methods are synchronous
  protected override async process(record: Forwarded.In, context: Forwarded.Context) {
    context.forward(record)
  }
}

declare class Unlike extends MapLogic<number, string, number, number> {
  protected override map(record: StreamRecord<number, string>): KeyValue<number, number>
}
new Swaps({ counted: Numbers }, { brokers: [] })
// @ts-expect-error its records are of other types
new Swaps({ counted: Unlike }, { brokers: [] })

declare const driver: SinkDriver
// @ts-expect-error no sink writes to such a topic
driver.outputs.nowhere
// @ts-expect-error the values of the topic are texts
driver.inputs.in.pipe('key', 5)
// @ts-expect-error the topic is only written
driver.inputs.a
