import { type ts, typescript } from '../typescript.js'

/** Throws if a generated file is not TypeScript: a mistake of the generator's, told before anything is written. */
export function checkSyntax(files: readonly { readonly path: string; readonly text: string }[]): void {
  for (const { path, text } of files) check(path, text)
}

function check(path: string, text: string): void {
  const { ts } = typescript()
  // A byte order mark is no part of the text to who reads a file.
  const file = ts.createSourceFile(path, text.replace(/^\uFEFF/, ''), ts.ScriptTarget.Latest, false, ts.ScriptKind.TS)
  const [problem] = (file as unknown as { readonly parseDiagnostics: readonly ts.DiagnosticWithLocation[] }).parseDiagnostics
  if (problem === undefined) return
  const { line } = file.getLineAndCharacterOfPosition(problem.start)
  const message = ts.flattenDiagnosticMessageText(problem.messageText, ' ')
  throw new Error(`gen made a file that is no TypeScript, ${path}:${line + 1}: ${message}\n${text.split('\n')[line]}`)
}
