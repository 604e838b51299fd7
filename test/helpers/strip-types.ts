import { readFile } from 'node:fs/promises'
import { type LoadHook, register } from 'node:module'
import { fileURLToPath } from 'node:url'
import { isMainThread } from 'node:worker_threads'
import { transformSync } from 'amaro'

/** `node --import` this file: runs .ts as Node itself does from 22.18 on, by the library that it has within, in an older one too. */
export const load: LoadHook = async (url, context, next) => {
  if (!url.startsWith('file:') || !url.endsWith('.ts')) return next(url, context)
  const source = await readFile(fileURLToPath(url), 'utf8')
  return { format: 'module', shortCircuit: true, source: transformSync(source, { mode: 'strip-only' }).code }
}

// The hooks are in a thread of their own, which loads this file too.
if (isMainThread) register(import.meta.url)
