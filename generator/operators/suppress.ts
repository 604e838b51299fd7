import { checkKind } from './checks.js'
import { defineOperator } from './operator.js'
import { choiceOption, durationOption, integerOption } from './options.js'
import { graceAfterEnd } from './window.js'

const options = {
  until: choiceOption('`windowClose`: one final result for each window.', ['windowClose']),
  timeLimit: durationOption('Hold an update back so long after the first one of its key.'),
  maxRecords: integerOption('How many updates are held back at most.', 1),
  maxBytes: integerOption('How many bytes of updates are held back at most.', 1),
  whenFull: choiceOption('What happens at that bound: send the oldest on, stop the app, or go to disk.', [
    'emitEarly',
    'shutDown',
    'spill',
  ]),
}

export const suppress = defineOperator({
  name: 'suppress',
  summary: 'Holds a table’s updates back: until a window closes, or for a time.',
  kafkaStreams: 'KTable.suppress',
  input: { of: 'step', count: 'one', takes: 'a table' },
  options,
  methods: {},
  gives: 'table',
  build(step) {
    const input = step.inputs[0]!
    if (!checkKind(step, 'suppress', input, 'table')) return undefined
    const { timeLimit, maxRecords, maxBytes, whenFull } = step.options
    const close = step.options.until !== undefined
    if (close === (timeLimit !== undefined)) {
      const message = close ? '`suppress` waits for the window or for a time, not for both.' : '`suppress` does not say how long.'
      return step.error(close ? 'invalid-option' : 'missing-key', step.place, message, 'Write `until: windowClose` or `timeLimit: 10s`.')
    }
    if (close && (input.window === undefined || input.window.kind === 'unlimited')) {
      const what = input.window === undefined ? 'has no windows' : 'has windows that never close'
      return step.error('invalid-window', step.placeOf('until'), `\`${input.name}\` ${what}.`, 'Use `timeLimit`.')
    }
    if (input.versioned) {
      return step.error('wrong-store-kind', input.place, `\`${input.name}\` is a versioned table, whose updates cannot be held back.`)
    }
    const bounded = maxRecords !== undefined || maxBytes !== undefined
    if (whenFull !== undefined && !bounded) {
      step.error(
        'invalid-option',
        step.placeOf('whenFull'),
        'Without a bound nothing is ever full.',
        'Give `maxRecords` or `maxBytes` too.',
      )
    }
    if (close && whenFull === 'emitEarly') {
      return step.error(
        'invalid-option',
        step.placeOf('whenFull'),
        'A result that is sent early is not final, as `until: windowClose` promises.',
        'Choose `shutDown` or `spill`.',
      )
    }
    const { store: _, versioned: __, ...kept } = input
    return {
      spec: {
        input: input.name,
        until:
          timeLimit === undefined
            ? { kind: 'windowClose', graceMs: graceAfterEnd(input.window!) }
            : { kind: 'timeLimit', limitMs: timeLimit },
        ...(maxRecords === undefined ? {} : { maxRecords }),
        ...(maxBytes === undefined ? {} : { maxBytes }),
        ...(whenFull && { whenFull }),
      },
      output: kept,
    }
  },
})
