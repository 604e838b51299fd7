import type { AnyRecord, Processor, ProcessorContext } from '../topology/processor.js'
import type { MakeTaskCode } from '../topology/topology.js'
import type { LogicClass, LogicContext } from './step.js'

/** The methods of user classes are protected, for those who extend them; the operators call them as the interfaces beside each operator. */
interface LifeCycle {
  context: LogicContext
  init(): void
  close(): void
}

/** An instance of user code; `C` is what the operator calls of it. */
export type UserCode<C> = C & { close(): void }

/** Makes an instance of user code for one task, and initializes it. */
export function startLogic<C>(logic: LogicClass, context: LogicContext): UserCode<C> {
  const code = new logic() as LifeCycle
  code.context = context
  code.init()
  return code as UserCode<C> & LifeCycle
}

/** What user code sees of its task. */
export function logicContext(context: ProcessorContext, step = context.step): LogicContext {
  return {
    applicationId: context.applicationId,
    taskId: context.taskId,
    step,
    streamTimeMs: () => context.streamTimeMs(),
    wallClockMs: () => context.wallClockMs(),
    recordMetadata: () => context.recordMetadata(),
  }
}

/** The instance that a table's node and those that look its rows up share within a task. */
export function sharedLogic<C>(step: { readonly name: string; readonly logic: LogicClass }, context: ProcessorContext): UserCode<C> {
  return context.shared(step, () => startLogic<C>(step.logic, logicContext(context, step.name)))
}

const closed = new WeakSet<object>()

/** Ends an instance that several nodes share: the first that closes does it. */
export function closeOnce(code: UserCode<object>): void {
  if (closed.has(code)) return
  closed.add(code)
  code.close()
}

/** User code of a source or a sink. */
export function taskCode<C, F>(logic: LogicClass, bind: (code: C, context: ProcessorContext) => F): MakeTaskCode<F> {
  return (context) => {
    const code = startLogic<C>(logic, logicContext(context))
    return { run: bind(code, context), close: () => code.close() }
  }
}

/** A processor with a piece of user code. */
export abstract class LogicProcessor<C> implements Processor {
  protected context!: ProcessorContext
  protected code!: UserCode<C>
  readonly #logic: LogicClass

  constructor(logic: LogicClass) {
    this.#logic = logic
  }

  init(context: ProcessorContext): void {
    this.context = context
    this.code = startLogic<C>(this.#logic, logicContext(context))
  }

  abstract process(record: AnyRecord): void

  close(): void {
    this.code?.close()
  }
}
