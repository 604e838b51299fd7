/** Every problem that `gen` reports of a manifest, by its stable code: what it means (docs/diagnostics.md is made of these). */
export const diagnosticCodes = {
  syntax:
    'The file is not well-formed YAML or JSON, or uses YAML features that a manifest does not need: anchors, tags, several documents.',
  'duplicate-key': 'The same key twice in one mapping.',
  'unexpected-value': 'A value of the wrong shape: a list where a name is meant, a text where a number is.',
  'unknown-key': 'A key that means nothing here.',
  'missing-key': 'A key that has to be there is not.',
  'invalid-name': 'A name with characters that Kafka or TypeScript would not take.',
  'name-collision': 'Two names that would be the same in TypeScript, or on a disk that does not tell case.',
  'unknown-operator': 'A step without an operator, or with one that does not exist.',
  'ambiguous-operator': 'A step with more than one operator.',
  'unknown-step': 'An input that is not a step, a branch or a named child.',
  'unknown-topic': 'A topic that `topics` does not declare.',
  'unknown-store': 'A store that `stores` does not declare.',
  cycle: 'Steps that take each other as input.',
  'wrong-input-kind': 'An operator that does not take a stream, table or grouped input such as this.',
  'type-mismatch': 'Keys or values that meet have different types.',
  'null-mismatch': 'Null may come where it is not allowed.',
  'partition-mismatch': 'Topics that are joined or grouped together declare different numbers of partitions.',
  'wrong-store-kind': 'A store of a kind that the step cannot use.',
  'store-conflict': 'A store that two steps want to fill, or with types that differ from what fills it.',
  'invalid-window': 'A window whose size, advance, grace or retention do not fit together.',
  'invalid-option': 'An option that does not apply here, or whose value is out of range.',
  'invalid-topology': 'Steps that are right one by one, but cannot run together.',
  'logic-syntax': 'Inline logic that is neither a TypeScript expression nor statements.',
  'logic-type': 'Inline logic that does not compile against the types of its step.',
  'unused-step': 'A step whose output nobody takes, and that does nothing else.',
  'unused-store': 'A store that no step uses.',
  'unused-topic': 'A topic that no step reads or writes.',
} as const satisfies Record<string, string>

export type DiagnosticCode = keyof typeof diagnosticCodes
