/** What `gen` tells of the user's step classes, by its stable code: warnings, since it is the user's code (docs/diagnostics.md is made of these). */
export const stubCodes = {
  'stub-base-removed': 'A class extends a generated one that no step gives any more.',
  'stub-method-removed': 'A method overrides one that the generated class no longer has: nobody calls it.',
  'stub-mixin':
    'A method is missing in a class that a function makes from the generated one, so that `gen` cannot tell whether it is there.',
  'stub-unresolved':
    'A method is missing in a class that extends something with the name of a generated class, but of an import that leads nowhere.',
  'stub-file-taken': 'Where the file of a new class would go is one without that class, or a link.',
  'stub-syntax': 'A file that is no TypeScript, or no UTF-8: nothing is added to it.',
} as const satisfies Record<string, string>

export type StubCode = keyof typeof stubCodes
