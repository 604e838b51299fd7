import { isList, isObject, type Json, jsonObject, stringifyJson } from '../avro/json.js'
import type { LockedStep, LockedTopology } from '../lock/lock.js'
import { formatDuration } from '../model/durations.js'
import { type ChangeCode, changeCodes } from './change-codes.js'
import { resetApplication } from './commands.js'
import type { Comparison } from './comparison.js'

/** What steps are called now, by what they were called: the same name, or the one step that does the same where the name is gone. */
export function matchSteps(before: LockedTopology, after: LockedTopology): ReadonlyMap<string, string> {
  const names = new Map(Object.keys(before.steps).flatMap((name) => (after.steps[name] === undefined ? [] : [[name, name]])))
  // Inputs are compared by their names of today, so a chain of renamed steps is followed from its start.
  for (let found = true; found; ) {
    found = false
    const taken = new Set(names.values())
    const gone = Object.entries(before.steps).filter(([name]) => !names.has(name))
    const added = Object.entries(after.steps).filter(([name]) => !taken.has(name))
    for (const [name, step] of gone) {
      const same = added.filter(([, other]) => isSame(step, other, names))
      const rivals = gone.filter(([, other]) => same.length > 0 && isSame(other, same[0]![1], names))
      if (same.length !== 1 || rivals.length !== 1) continue
      names.set(name, same[0]![0])
      found = true
      break
    }
  }
  return names
}

function isSame(before: LockedStep, after: LockedStep, names: ReadonlyMap<string, string>): boolean {
  const inputs = (before.inputs ?? []).map((input) => names.get(input) ?? input)
  return before.operator === after.operator && inputs.join() === (after.inputs ?? []).join() && settingsOf(before) === settingsOf(after)
}

/** Without the store, which may be renamed together with the step. */
function settingsOf({ settings = {} }: LockedStep): string {
  return stringifyJson(jsonObject(Object.entries(settings).filter(([key]) => key !== 'store')))
}

export function compareSteps(comparison: Comparison): void {
  const { before, after, stepNames } = comparison
  const now = new Set(stepNames.values())
  for (const name of Object.keys(after.steps)) {
    if (now.has(name)) continue
    comparison.report('step-added', {
      place: comparison.placeOfStep(name),
      message: `Step \`${name}\` is new.`,
      to: after.steps[name]!.operator,
    })
  }
  for (const [name, step] of Object.entries(before.steps)) {
    const today = stepNames.get(name)
    if (today === undefined) {
      comparison.report('step-removed', { place: comparison.file, message: `Step \`${name}\` is gone.`, from: step.operator })
      continue
    }
    if (today !== name) {
      comparison.report('step-renamed', {
        place: comparison.placeOfStep(today),
        message: `Step \`${name}\` is called \`${today}\` now.`,
        from: name,
        to: today,
      })
    }
    compareStep(comparison, today, step, after.steps[today]!)
  }
}

function compareStep(comparison: Comparison, name: string, before: LockedStep, after: LockedStep): void {
  const place = comparison.placeOfStep(name)
  const report = (code: ChangeCode, what: string, from: string | undefined, to: string | undefined) => {
    const commands = changeCodes[code].verdict === 'reset' ? resetApplication(comparison.application, comparison.before) : []
    comparison.report(code, { place, message: `${what} of step \`${name}\` changes.`, from, to, commands })
  }
  if (before.operator !== after.operator) {
    const keeps = !bothJoin(before, after) && keepsRows(comparison, name)
    report(keeps ? 'operator-changed-state' : 'operator-changed', 'The operator', before.operator, after.operator)
  }
  const inputs = (before.inputs ?? []).map((input) => comparison.stepNames.get(input) ?? input)
  if (inputs.join() !== (after.inputs ?? []).join()) {
    const swapped = hasSides(after) && inputs.length === 2 && [...inputs].reverse().join() === after.inputs?.join()
    report(swapped ? 'join-sides' : 'step-inputs', 'The input', (before.inputs ?? []).join(', '), (after.inputs ?? []).join(', '))
  }
  const [from, to] = [before.settings ?? {}, after.settings ?? {}]
  for (const key of new Set([...Object.keys(from), ...Object.keys(to)])) {
    // Told by themselves: topics, stores, and the partitions of a repartition topic.
    if (['topic', 'topics', 'store', 'partitions'].includes(key) || text(from[key]) === text(to[key])) continue
    if (key === 'window' && isObject(from[key] ?? null) && isObject(to[key] ?? null)) {
      if (windowKind(before) !== windowKind(after)) report('window-kind', 'The window', shown(from[key]), shown(to[key]))
      else compareWindows(report, from[key] as JsonObject, to[key] as JsonObject)
    }
    // With and without windows are two kinds of store, told of the store.
    else if (key !== 'window') report(codeOf(key, after), `\`${optionName(key)}\``, shown(from[key], key), shown(to[key], key))
  }
}

type JsonObject = { readonly [key: string]: Json }

function codeOf(key: string, { operator }: LockedStep): ChangeCode {
  if (key === 'join') return 'operator-changed'
  if (key === 'graceMs') return 'window-grace'
  return (key === 'beforeMs' || key === 'afterMs') && /join/i.test(operator) ? 'join-window' : 'step-option'
}

/** Tumbling windows are hopping ones that advance by their size. */
export function windowKind(step: LockedStep | undefined): string {
  const { window } = step?.settings ?? {}
  if (window === undefined || !isObject(window)) return ''
  return `${window.kind === 'tumbling' ? 'hopping' : window.kind} ${text(window.startMs)}`
}

function compareWindows(
  report: (code: ChangeCode, what: string, from: string | undefined, to: string | undefined) => void,
  before: JsonObject,
  after: JsonObject,
): void {
  const advance = (window: JsonObject) => window.advanceMs ?? window.sizeMs
  // Windows of another size are told of the store, and are others wherever they start.
  if (text(before.sizeMs) === text(after.sizeMs) && text(advance(before)) !== text(advance(after))) {
    report('window-advance', 'The advance', shownTime(advance(before)), shownTime(advance(after)))
  }
  if (text(before.gapMs) !== text(after.gapMs)) report('session-gap', 'The gap', shownTime(before.gapMs), shownTime(after.gapMs))
  if (text(before.graceMs) !== text(after.graceMs)) report('window-grace', 'The grace', shownTime(before.graceMs), shownTime(after.graceMs))
}

function bothJoin(...steps: readonly LockedStep[]): boolean {
  return steps.every(({ operator }) => /join$/i.test(operator))
}

/** Does the join keep something of each side? */
function hasSides({ settings }: LockedStep): boolean {
  return settings?.join === 'streamStream' || settings?.join === 'foreignKey'
}

/** Does the step keep rows in a store that it had before, of the same kind? Another kind is told of the store. */
function keepsRows({ before, after, stepNames }: Comparison, step: string): boolean {
  return Object.entries(after.stores).some(([name, store]) => {
    const old = before.stores[name]
    return store.step === step && old?.kind === store.kind && stepNames.get(old.step) === step
  })
}

function text(value: Json | undefined): string {
  return value === undefined ? '' : stringifyJson(value)
}

function optionName(key: string): string {
  return key.endsWith('Ms') ? key.slice(0, -2) : key
}

function shownTime(value: Json | undefined): string | undefined {
  return typeof value === 'number' ? formatDuration(value) : undefined
}

/** As a manifest would have it: `{ kind: tumbling, size: 5m }`. */
function shown(value: Json | undefined, key = ''): string | undefined {
  if (value === undefined) return undefined
  if (typeof value === 'number') return key.endsWith('Ms') ? formatDuration(value) : String(value)
  if (isList(value)) return value.map((item) => shown(item)).join(', ')
  if (!isObject(value)) return String(value)
  return `{ ${Object.entries(value)
    .map(([name, item]) => `${optionName(name)}: ${shown(item, name)}`)
    .join(', ')} }`
}
