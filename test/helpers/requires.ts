import type { TestFn } from 'ava'

/**
 * AVA's `test` for tests that need something of the machine (a broker, a browser). If it is `missing`, a sentence that says what and
 * how to get it, they are skipped and the reason is printed; with `CI=true` they fail instead, so that no run passes by not testing.
 */
export function requires<Context>(test: TestFn<Context>, missing: string | undefined): TestFn<Context> {
  if (missing === undefined) return test
  if (process.env.CI === 'true') {
    const fail = ((title: string) => test(title, (t) => t.fail(missing))) as unknown as TestFn<Context>
    return withoutHooks(test, fail)
  }
  process.stderr.write(`\nSKIPPED, ALL TESTS OF THIS FILE THAT NEED IT: ${missing}\n\n`)
  return withoutHooks(test, ((title: string) => test.skip(title, () => {})) as unknown as TestFn<Context>)
}

/** What replaces `test` where tests do not run: `register` for each of them, and no hooks. */
function withoutHooks<Context>(test: TestFn<Context>, register: TestFn<Context>): TestFn<Context> {
  const nothing = Object.assign(() => {}, { always: () => {}, skip: () => {} })
  const hooks = { before: nothing, beforeEach: nothing, after: nothing, afterEach: nothing }
  const variants = { skip: test.skip, todo: test.todo, failing: register, only: register }
  const all = { ...hooks, ...variants, macro: test.macro, meta: test.meta, serial: Object.assign(register.bind(null), hooks, variants) }
  return Object.assign(register, all) as unknown as TestFn<Context>
}
