import type { Reaction } from './errors.js'

interface ErrorDescription {
  readonly reaction: Reaction
  /** When it happens and what to do, for docs/errors.md. */
  readonly description: string
}

const codes = {
  UNEXPECTED: { reaction: 'stop', description: 'A failure that Millrace does not know; its cause tells more.' },
  BROKER_UNREACHABLE: {
    reaction: 'stop',
    description: 'No broker answered in time; the message names the addresses tried and for how long.',
  },
  TOPIC_MISSING: { reaction: 'stop', description: 'A topic of the manifest does not exist; create it with the partitions named.' },
  INVALID_STATE: {
    reaction: 'stop',
    description: 'An operation on a component in the wrong state of its life cycle, such as a closed store.',
  },
  DESERIALIZATION: { reaction: 'stop', description: 'The bytes of a record, or of a row of a store, are not what the manifest says.' },
  SERIALIZATION: { reaction: 'stop', description: 'A value is not of the type that the manifest says.' },
  PROCESSING: { reaction: 'stop', description: 'User code threw; the step and the record are named.' },
  PRODUCTION: { reaction: 'stop', description: 'A broker refused a record for good.' },
  STATE_DIRECTORY: { reaction: 'stop', description: 'The state directory cannot be used.' },
  STATE_CORRUPTED: { reaction: 'restore', description: 'A store on disk cannot be read; it is wiped and restored from its changelog.' },
  TASK_MIGRATED: { reaction: 'migrate', description: 'Another instance owns the task now; it is dropped here without a commit.' },
} as const satisfies Record<string, ErrorDescription>

/** A stable code; the table in docs/errors.md lists all. */
export type ErrorCode = keyof typeof codes

export const errorCodes: { readonly [code in ErrorCode]: ErrorDescription } = codes
