import type { StepSpec } from '../operators/registry.js'
import type { TopologyProblem } from './problem.js'

/** The names that later steps may take: the step's own, its branches, its named children. */
export function outputsOf(step: StepSpec): readonly string[] {
  const children = step.operator === 'branch' || step.operator === 'process' ? (step.into ?? []) : []
  const rest = step.operator === 'branch' && step.default !== undefined ? [step.default] : []
  return [step.name, ...children, ...rest]
}

/** The steps (or branches, or named children) that `step` reads. */
export function inputsOf(step: StepSpec): readonly string[] {
  if ('left' in step) return [step.left, step.right]
  if ('inputs' in step) return step.inputs.map((input) => (typeof input === 'string' ? input : input.input))
  return 'input' in step ? [step.input] : []
}

/**
 * The steps so that inputs come first, and else as they are declared: that order decides in which order a record goes to the children of
 * a node. Duplicate names, unknown inputs and circles are reported, and left out with all that depends on them.
 */
export function inOrder(steps: readonly StepSpec[], problems: TopologyProblem[]): readonly StepSpec[] {
  const owners = ownersOf(steps, problems)
  const waiting = new Map<StepSpec, Set<StepSpec>>()
  const broken = new Set<StepSpec>()
  for (const step of steps) {
    if (owners.get(step.name) !== step) continue
    const needs = new Set<StepSpec>()
    for (const input of inputsOf(step)) {
      const owner = owners.get(input)
      if (owner !== undefined) needs.add(owner)
      else {
        broken.add(step)
        problems.push({ step: step.name, message: `there is no step ${input}.`, hint: 'Correct the name, or add the step.' })
      }
    }
    // A process step may name a global table whose store it reads.
    if ('stores' in step) for (const name of step.stores) if (owners.has(name)) needs.add(owners.get(name)!)
    waiting.set(step, needs)
  }
  const ordered: StepSpec[] = []
  const done = new Set<StepSpec>()
  for (let found = true; found; ) {
    found = false
    for (const [step, needs] of waiting) {
      if ([...needs].some((need) => !done.has(need))) continue
      waiting.delete(step)
      done.add(step)
      ordered.push(step)
      found = true
      break
    }
  }
  reportCircles(waiting, broken, problems)
  for (const step of ordered) if (inputsOf(step).some((input) => broken.has(owners.get(input)!))) broken.add(step)
  return ordered.filter((step) => !broken.has(step))
}

function ownersOf(steps: readonly StepSpec[], problems: TopologyProblem[]): Map<string, StepSpec> {
  const owners = new Map<string, StepSpec>()
  for (const step of steps) {
    for (const name of outputsOf(step)) {
      const other = owners.get(name)
      if (other === undefined) owners.set(name, step)
      else problems.push({ step: step.name, message: `the name ${name} is taken by the step ${other.name}.`, hint: 'Rename one of them.' })
    }
  }
  return owners
}

function reportCircles(waiting: ReadonlyMap<StepSpec, ReadonlySet<StepSpec>>, broken: Set<StepSpec>, problems: TopologyProblem[]): void {
  if (waiting.size === 0) return
  // Steps that only wait for a circle are not part of it: take away those that nothing waiting needs, until none is left.
  const circle = new Map(waiting)
  for (let found = true; found; ) {
    found = false
    for (const step of circle.keys()) {
      if ([...circle.values()].some((needs) => needs.has(step))) continue
      circle.delete(step)
      found = true
    }
  }
  for (const step of waiting.keys()) broken.add(step)
  const [first] = circle.keys()
  if (first === undefined) return
  const names = [...circle.keys()].map(({ name }) => name).join(', ')
  problems.push({
    step: first.name,
    message: `the steps ${names} read each other in a circle.`,
    hint: 'Go through a topic instead: a sink, and a stream of it.',
  })
}
