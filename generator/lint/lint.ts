import { type Diagnostic, sortDiagnostics } from '../diagnostics.js'
import type { InputFile } from '../input/source.js'
import type { Lock } from '../lock/lock.js'
import { didYouMean } from '../suggest.js'
import { rules, unusedSuppression } from './registry.js'
import type { Level, LintedProject, Rule } from './rule.js'
import { Steps } from './steps.js'
import { covers, type Suppression, suppressionsOf } from './suppressions.js'

/** What a project says of the rules, and the files whose comments say more. */
export interface LintOptions {
  readonly levels?: ReadonlyMap<string, Level>
  readonly files: readonly InputFile[]
  readonly lock?: Lock | undefined
}

/** What `gen` makes of a project, and says of it. */
interface CheckedProject extends Pick<LintedProject, 'topologies' | 'types'> {
  readonly diagnostics: readonly Diagnostic[]
}

/** All that the rules find in a project without errors, with the warnings that `gen` had for it; sorted by place. */
export function lint({ topologies, types, diagnostics }: CheckedProject, options: LintOptions): readonly Diagnostic[] {
  const { lock } = options
  const project: LintedProject = { topologies, types, allSteps: topologies.map((topology) => new Steps(topology)), ...(lock && { lock }) }
  const suppressions = options.files.flatMap(suppressionsOf)
  const used = new Set<Suppression>()
  const findings = rules.flatMap((rule) => {
    const level = levelOf(rule, options)
    if (level === 'off') {
      for (const each of suppressions) if (each.codes.includes(rule.code)) used.add(each)
      return []
    }
    const severity = level === 'error' ? ('error' as const) : ('warning' as const)
    const found = rule.check?.(project) ?? diagnostics.filter(({ code }) => code === rule.code)
    return [...found].flatMap((each): Diagnostic[] => {
      const covering = suppressions.filter((suppression) => covers(suppression, rule.code, each.place))
      for (const suppression of covering) used.add(suppression)
      return covering.length > 0 ? [] : [{ ...each, code: rule.code, severity }]
    })
  })
  const level = levelOf(unusedSuppression, options)
  const unused = level === 'off' ? [] : suppressions.filter((each) => !used.has(each))
  const told = unused.map(({ place, codes }): Diagnostic => {
    return { code: unusedSuppression.code, severity: level === 'error' ? 'error' : 'warning', place, ...whyUnused(codes) }
  })
  return sortDiagnostics([...findings, ...told])
}

/** Warnings of `gen` without those that the project does not want to hear of. */
export function heard(diagnostics: readonly Diagnostic[], options: LintOptions): readonly Diagnostic[] {
  const suppressions = options.files.flatMap(suppressionsOf)
  return diagnostics.filter(({ code, severity, place }) => {
    const isKeptBack = options.levels?.get(code) === 'off' || suppressions.some((suppression) => covers(suppression, code, place))
    return severity === 'error' || !isKeptBack
  })
}

function levelOf({ code, level }: Rule, { levels }: LintOptions): Level {
  return levels?.get(code) ?? level
}

function whyUnused(codes: readonly string[]): Pick<Diagnostic, 'message' | 'hint'> {
  const known = rules.map(({ code }) => code)
  const unknown = codes.find((code) => !known.includes(code))
  if (codes.length === 0)
    return { message: 'The comment names no rule.', hint: 'Write the rules after it: `gen-lint-disable-next-line unused-topic`.' }
  if (unknown === undefined)
    return { message: `The comment keeps nothing of ${codes.map((code) => `\`${code}\``).join(', ')} back.`, hint: 'Remove it.' }
  return { message: `There is no rule \`${unknown}\`.`, hint: didYouMean(unknown, known) ?? 'The rules are in docs/lint.md.' }
}
