import type { AnyRecord, Processor, ProcessorContext } from '../topology/processor.js'

/** Hands on each record: what merges streams, and what a branch or a named child is. */
export class PassThrough implements Processor {
  #context!: ProcessorContext

  init(context: ProcessorContext): void {
    this.#context = context
  }

  process(record: AnyRecord): void {
    this.#context.forward(record)
  }
}
