/** The options that `add` and `edit` share, as fields of a task. */
import { resolve } from 'node:path'
import { text as readAll } from 'node:stream/consumers'
import { err, ok, type Result } from '../base/result.ts'
import { parseInstant } from '../config/instant.ts'
import type { Failure } from '../domain/failure.ts'
import { contextSchema, modeSchema, prioritySchema, type TaskDefinition } from '../domain/task.ts'
import type { Cli } from './cli.ts'
import type { Words } from './words.ts'

export type Wish = Partial<Omit<TaskDefinition, 'title' | 'tags'>> & {
  delayMs?: number
  notBefore?: number | null
}

/** An empty text means "not said", which takes an earlier word back. */
const orNull = (text: string): string | null => (text === '' ? null : text)

export async function wishFrom(cli: Cli, words: Words): Promise<Result<Wish, Failure>> {
  const times = timesFrom(words)
  if (!times.ok) return times
  const description = await descriptionFrom(cli, words)
  if (!description.ok) return description
  const wish: Wish = { ...times.value, ...description.value, ...choicesFrom(words) }
  for (const name of ['exec', 'verify', 'executor', 'model'] as const) {
    const text = words.text(name)
    if (text !== undefined) wish[name] = orNull(text)
  }
  const repo = words.text('repo')
  if (repo !== undefined) wish.repo = repo === '' ? null : resolve(cli.machine.cwd, repo)
  return ok({ ...wish, ...limitsFrom(words), ...extrasFrom(words) })
}

function limitsFrom(words: Words): Wish {
  const wish: Wish = {}
  if (words.has('timeout')) wish.timeoutMs = words.number('timeout') ?? null
  if (words.has('maxAttempts')) wish.maxAttempts = words.number('maxAttempts') ?? null
  if (words.has('budget')) wish.budget = words.number('budget') ?? null
  if (words.has('budgetTokens')) wish.budgetTokens = words.number('budgetTokens') ?? null
  return wish
}

function extrasFrom(words: Words): Wish {
  const wish: Wish = {}
  const skills = words.list('skill')
  if (skills) wish.skills = [...skills]
  const deliverables = words.list('deliverable')
  if (deliverables) wish.deliverables = [...deliverables]
  return wish
}

/** commander has let only words of these lists through. */
function choicesFrom(words: Words): Wish {
  const wish: Wish = {}
  if (words.has('priority')) wish.priority = prioritySchema.parse(words.text('priority'))
  if (words.has('context')) wish.context = contextSchema.parse(words.text('context'))
  if (words.has('mode')) wish.mode = modeSchema.parse(words.text('mode'))
  const worktree = words.text('worktree')
  if (worktree !== undefined) wish.worktree = worktree === 'on' ? 'on' : 'off'
  return wish
}

function timesFrom(words: Words): Result<Wish, Failure> {
  const wish: Wish = {}
  const delayMs = words.number('delay')
  if (delayMs !== undefined) wish.delayMs = delayMs
  const notBefore = words.text('notBefore')
  if (notBefore !== undefined) {
    const at = notBefore === '' ? null : parseInstant(notBefore)
    if (at === null && notBefore !== '')
      return wrong(`--not-before: "${notBefore}" is no moment`, 'write it like 2026-03-01T09:00')
    wish.notBefore = at
  }
  const spec = words.text('schedule')
  const tz = words.text('tz') ?? null
  if (spec === undefined && tz !== null) return wrong('--tz goes with --schedule', 'name both')
  if (spec !== undefined) wish.schedule = spec === '' ? null : { spec, tz }
  return ok(wish)
}

async function descriptionFrom(cli: Cli, words: Words): Promise<Result<Wish, Failure>> {
  const text = words.text('description')
  if (text === undefined) return ok({})
  if (text !== '-') return ok({ description: text })
  return ok({ description: (await readAll(cli.machine.stdin)).trimEnd() })
}

const wrong = (message: string, hint: string): Result<never, Failure> =>
  err({ kind: 'bad-request', message, hint })
