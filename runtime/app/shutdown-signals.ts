const signals = ['SIGTERM', 'SIGINT'] as const

interface Closable {
  close(): Promise<void>
}

const open = new Set<Closable>()
let closing = false

/**
 * Closes `app` at SIGTERM and SIGINT, together with all others of this process, and then exits: with `process.exitCode` or 0, or 1 if a
 * close failed. Who listens to the signals too decides on the exit instead. A second signal exits at once. Returns what stops this.
 */
export function closeAtSignals(app: Closable): () => void {
  if (open.size === 0) for (const signal of signals) process.on(signal, onSignal)
  open.add(app)
  return () => {
    open.delete(app)
    if (open.size === 0 && !closing) for (const signal of signals) process.off(signal, onSignal)
  }
}

function onSignal(signal: (typeof signals)[number]): void {
  if (closing) process.exit(signal === 'SIGINT' ? 130 : 143)
  closing = true
  const alone = process.listenerCount(signal) === 1
  Promise.allSettled([...open].map((app) => app.close())).then((results) => {
    if (results.some(({ status }) => status === 'rejected')) process.exitCode = 1
    if (alone) process.exit()
    closing = false
    for (const each of signals) process.off(each, onSignal)
    if (open.size > 0) for (const each of signals) process.on(each, onSignal)
  })
}
