export { type DiagnosticCode, diagnosticCodes } from './diagnostic-codes.js'
export { type Diagnostic, formatDiagnostic, type Place } from './diagnostics.js'
export { type Generated, type GeneratedFolder, type GenerateOptions, generate } from './generate.js'
export { Memory } from './memory.js'
