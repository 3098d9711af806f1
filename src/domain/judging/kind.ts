/** What kind of work a task is. Durations, scores and routes are learned per kind. */
import { type ExecutorType, isCodingAgent } from '../settings.ts'
import type { Task } from '../task.ts'

/** Tags that name a kind, unless `judging.kinds` says others. */
export const DEFAULT_KINDS = [
  'docs',
  'test',
  'bugfix',
  'feature',
  'refactor',
  'research',
  'review',
  'ops',
] as const

/** Of a task that an agent with a model does, where neither its own word nor a tag names a kind. */
export const OTHER_KIND = 'other'

export interface KindFacts {
  /** Its own word. */
  readonly kind?: string | null
  readonly tags: Task['tags']
  readonly merging: Task['merging']
}

/** Its own word, else its first tag that names a kind, else what it is: a merge, the type of a program, or `other`. */
export function kindOf(
  { kind, tags, merging }: KindFacts,
  executorType: ExecutorType | null,
  kinds: readonly string[] = DEFAULT_KINDS,
): string {
  const said = kind ?? tags.find((tag) => kinds.includes(tag))
  if (said !== undefined) return said
  if (merging !== null) return 'merge'
  // Agents do the same work whoever they are; what a program does is what it is.
  return executorType === null || isCodingAgent(executorType) ? OTHER_KIND : executorType
}
