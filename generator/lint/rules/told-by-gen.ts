import { diagnosticCodes } from '../../diagnostic-codes.js'
import type { Rule } from '../rule.js'

/** What `gen` warns of whenever it runs; here it has a level, as all else. */
export const toldByGen: readonly Rule[] = [
  {
    code: 'unused-step',
    level: 'warn',
    summary: diagnosticCodes['unused-step'],
    why: 'It costs time for each record, and nothing comes of it. Take it as input, write it by a `sink`, or remove it.',
  },
  {
    code: 'unused-store',
    level: 'warn',
    summary: diagnosticCodes['unused-store'],
    why: 'Name it as the `store` of a step, or among its `stores`, or remove it.',
  },
  {
    code: 'unused-topic',
    level: 'warn',
    summary: diagnosticCodes['unused-topic'],
    why: 'Read or write it, or remove it.',
  },
  {
    code: 'unused-import',
    level: 'warn',
    summary: diagnosticCodes['unused-import'],
    why: 'It is not imported, so nobody tells whether the module has it. Use it, or remove it.',
  },
  {
    code: 'unreadable-default',
    level: 'warn',
    summary: diagnosticCodes['unreadable-default'],
    why: 'Avro takes `""` as the default of a `uuid`, since it looks at the string alone; the first reader that needs the default fails. Give it a value of the logical type, or make it a union with null.',
  },
  {
    code: 'avro-logical-type',
    level: 'warn',
    summary: diagnosticCodes['avro-logical-type'],
    why: 'Readers see the plain type, and the author meant something else. Write the type that it annotates, or drop it.',
  },
]
