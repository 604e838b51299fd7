const context = 3

/** A unified diff of two texts of one file; undefined is a file that is not there. Empty if they are equal. */
export function unifiedDiff(path: string, before: string | undefined, after: string | undefined): string {
  if (before === after) return ''
  const [a, b] = [lines(before), lines(after)]
  const head = `--- ${before === undefined ? '/dev/null' : `a/${path}`}\n+++ ${after === undefined ? '/dev/null' : `b/${path}`}\n`
  return head + hunks(edits(a, b)).join('')
}

interface Edit {
  readonly kind: ' ' | '-' | '+'
  readonly line: string
}

function lines(text: string | undefined): readonly string[] {
  if (text === undefined || text === '') return []
  return text.endsWith('\n')
    ? text.slice(0, -1).split('\n')
    : [...text.split('\n').slice(0, -1), `${text.split('\n').at(-1)}\n\\ No newline at end of file`]
}

/** Common lines at both ends are set aside; the middle is compared by longest common subsequence, or replaced if it is very long. */
function edits(a: readonly string[], b: readonly string[]): readonly Edit[] {
  let start = 0
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1
  let end = 0
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end += 1
  const same = (from: number, to: number): readonly Edit[] => a.slice(from, to).map((line) => ({ kind: ' ', line }))
  const middle = compare(a.slice(start, a.length - end), b.slice(start, b.length - end))
  return [...same(0, start), ...middle, ...same(a.length - end, a.length)]
}

function compare(a: readonly string[], b: readonly string[]): readonly Edit[] {
  const removed = a.map((line): Edit => ({ kind: '-', line }))
  const added = b.map((line): Edit => ({ kind: '+', line }))
  if (a.length * b.length > 4_000_000) return [...removed, ...added]
  const width = b.length + 1
  const length = new Uint32Array((a.length + 1) * width)
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      const index = i * width + j
      length[index] = a[i] === b[j] ? length[index + width + 1]! + 1 : Math.max(length[index + width]!, length[index + 1]!)
    }
  }
  const result: Edit[] = []
  let [i, j] = [0, 0]
  while (i < a.length && j < b.length) {
    if (a[i] === b[j]) {
      result.push({ kind: ' ', line: a[i]! })
      i += 1
      j += 1
    } else if (length[(i + 1) * width + j]! >= length[i * width + j + 1]!) result.push(removed[i++]!)
    else result.push(added[j++]!)
  }
  return [...result, ...removed.slice(i), ...added.slice(j)]
}

function hunks(all: readonly Edit[]): readonly string[] {
  const changed = all.flatMap(({ kind }, index) => (kind === ' ' ? [] : [index]))
  const result: string[] = []
  for (let first = 0; first < changed.length; ) {
    let last = first
    while (last + 1 < changed.length && changed[last + 1]! - changed[last]! <= 2 * context) last += 1
    const from = Math.max(0, changed[first]! - context)
    const to = Math.min(all.length, changed[last]! + context + 1)
    result.push(hunk(all, from, to))
    first = last + 1
  }
  return result
}

function hunk(all: readonly Edit[], from: number, to: number): string {
  const before = all.slice(0, from)
  const shown = all.slice(from, to)
  const range = (kind: '-' | '+') => {
    const length = shown.filter((edit) => edit.kind === ' ' || edit.kind === kind).length
    const start = before.filter((edit) => edit.kind === ' ' || edit.kind === kind).length
    return `${kind}${length === 0 ? start : start + 1}${length === 1 ? '' : `,${length}`}`
  }
  return `@@ ${range('-')} ${range('+')} @@\n${shown.map(({ kind, line }) => `${kind}${line}\n`).join('')}`
}
