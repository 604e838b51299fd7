import { code, runtimeValue } from '../model/code.js'
import type { DataType } from '../model/data-type.js'
import type { LogicModel } from '../model/topology.js'
import { maxPartitions } from '../model/topology.js'
import { inAlias, named, typescript } from './aliases.js'
import { checkKind } from './checks.js'
import { number, recordMethod } from './methods.js'
import { defineOperator, type MethodSyntax, type StepScope } from './operator.js'
import { integerOption } from './options.js'

const options = {
  partitions: integerOption('How many partitions; default: as many as the input has, or what it is joined with.', 1, maxPartitions),
}

export const partitionMethod: MethodSyntax = {
  method: 'partition',
  doc: 'The partition of a record, from 0 to `partitions` - 1; default: by the hash of the key, as Java’s producer.',
  scope: ['partitions'],
  result: 'a number',
  optional: true,
}

export function partitionLogic(step: StepScope, key: DataType, value: DataType): LogicModel | undefined {
  return step.logic({
    role: 'partitioner',
    base: code`${runtimeValue('PartitionerLogic')}<${typescript(step, key)}, ${typescript(step, value)}>`,
    aliases: inAlias(step, key, value, named(step.inputs)),
    methods: [
      recordMethod(
        'partition',
        'partition',
        'The partition of the record: from 0 to `partitions` - 1.',
        number,
        [{ name: 'partitions', type: number }],
        {
          optional: true,
        },
      ),
    ],
  })
}

export const repartition = defineOperator({
  name: 'repartition',
  summary: 'Writes a stream to a topic of its own and reads it back, each key in the partition of its hash.',
  kafkaStreams: 'KStream.repartition',
  input: { of: 'step', count: 'one', takes: 'a stream' },
  options,
  methods: { partition: partitionMethod },
  gives: 'stream',
  build(step) {
    const input = step.inputs[0]!
    if (!checkKind(step, 'repartition', input, 'stream')) return undefined
    const { partitions } = step.options
    const logic = partitionLogic(step, input.key, input.value)
    return {
      spec: { input: input.name, ...(partitions === undefined ? {} : { partitions }) },
      logic: [logic && { ...logic, field: 'logic' }],
      output: {
        kind: 'stream',
        key: input.key,
        value: input.value,
        partitioning: { rekeyed: false, sources: [{ name: `step \`${step.name}\``, ...(partitions === undefined ? {} : { partitions }) }] },
      },
    }
  },
})
