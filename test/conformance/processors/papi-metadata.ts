import type { RecordMetadata } from 'millrace'
import { Described, DescribedAgain } from '../generated/papi-metadata.js'

function describe(metadata: RecordMetadata | undefined, streamTime: number, wallClock: number): string {
  const topic = metadata?.topic.startsWith('in') ? metadata.topic : ''
  return `${topic}/${metadata?.offset}/${streamTime}/${wallClock}`
}

class DescribedSource extends Described {
  protected override process(record: Described.In, context: Described.Context): void {
    context.forward(record.withValue(describe(context.recordMetadata(), context.streamTimeMs(), context.wallClockMs())))
  }
}

class DescribedRepartition extends DescribedAgain {
  protected override process(record: DescribedAgain.In, context: DescribedAgain.Context): void {
    context.forward(record.withValue(describe(context.recordMetadata(), context.streamTimeMs(), context.wallClockMs())))
  }
}

export const processors = { described: DescribedSource, describedAgain: DescribedRepartition }
