import { ts } from 'ts-morph'

/** Throws if a generated file is not TypeScript: a mistake of the generator's, told before anything is written. */
export function checkSyntax(path: string, text: string): void {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, false, ts.ScriptKind.TS)
  const [problem] = (file as unknown as { readonly parseDiagnostics: readonly ts.DiagnosticWithLocation[] }).parseDiagnostics
  if (problem === undefined) return
  const { line } = file.getLineAndCharacterOfPosition(problem.start)
  const message = ts.flattenDiagnosticMessageText(problem.messageText, ' ')
  throw new Error(`gen made a file that is no TypeScript, ${path}:${line + 1}: ${message}\n${text.split('\n')[line]}`)
}
