/** The options of a start or a reload that stand over the configuration files. */
import type { Flags } from '../contract/service.ts'
import type { Words } from './words.ts'

export function flagsFrom(words: Words): Flags {
  const flags: Flags = {}
  const [maxAgents, intervalMs] = [words.number('maxAgents'), words.number('interval')]
  const [model, executor] = [words.text('model'), words.text('executor')]
  if (maxAgents !== undefined) flags.maxAgents = maxAgents
  if (intervalMs !== undefined) flags.pollIntervalMs = intervalMs
  if (model !== undefined) flags.model = model
  if (executor !== undefined) flags.executor = executor
  return flags
}
