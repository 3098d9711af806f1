/** Requests about what tasks have changed in git. */
import type { LandingView } from '../../contract/change.ts'
import type { TaskId } from '../../domain/ids.ts'
import { mergeAbove } from '../../domain/graph/upstream.ts'
import type { Task } from '../../domain/task.ts'
import { changesOf, diffOf, toComment, toLandingView } from '../git/changes.ts'
import { collectGarbage, listOf, removeOne } from '../git/worktrees.ts'
import { procedures, send, taskOf, type HandlerContext } from './context.ts'
import { refuseAs, valueOf } from './failures.ts'

const os = procedures.change

export const changeHandlers = {
  of: os.of.handler(async ({ context, input }) =>
    valueOf(await changesOf(context.yard, taskOf(context, input.task), input.agent)),
  ),
  diff: os.diff.handler(async ({ context, input: { task, ...wish } }) =>
    valueOf(await diffOf(context.yard, taskOf(context, task), wish)),
  ),
  land: os.land.handler(async ({ context, input, signal }) => {
    refuseUntrusted(context)
    const { id } = taskOf(context, input.task)
    const { commandId } = input
    // Where the policy is that already, it is no wish of its own.
    const pullRequest = input.pullRequest && context.yard.config().settings.worktree.land !== 'pr'
    if (!input.waitOnly)
      await send(context, { type: 'landing.request', id, pullRequest }, commandId)
    if (input.waitMs !== undefined) await untilSettled(context, id, input.waitMs, signal)
    return landingOf(context, id)
  }),
  landAll: os.landAll.handler(async ({ context, input }) => {
    refuseUntrusted(context)
    const tasks: string[] = []
    const conflicts: string[] = []
    for (const { id, landing, resultCommit } of unlanded(context)) {
      if (landing?.state === 'conflict' && landing.result === resultCommit) {
        conflicts.push(id)
        continue
      }
      const key = input.commandId === undefined ? undefined : `${input.commandId} ${id}`
      // What was asked for as a pull request stays one.
      const pullRequest = landing?.result === resultCommit && landing.pullRequest === true
      await send(context, { type: 'landing.request', id, pullRequest }, key)
      tasks.push(id)
    }
    return { tasks, conflicts }
  }),
  comment: os.comment.handler(async ({ context, input }) => {
    const { task, text, commandId, ...place } = input
    const { id } = taskOf(context, task)
    await send(context, { type: 'task.log', id, text, place }, commandId)
    const said = context.yard.store.logOf(id).flatMap(toComment).at(-1)
    return said ?? refuseAs('internal', `the comment on ${id} was not kept`)
  }),
  worktrees: os.worktrees.handler(async ({ context }) => valueOf(await listOf(context.yard))),
  removeWorktree: os.removeWorktree.handler(async ({ context, input }) =>
    valueOf(await removeOne(context.yard, input.name)),
  ),
  gc: os.gc.handler(async ({ context, input }) =>
    valueOf(await collectGarbage(context.yard, input.dryRun)),
  ),
}

/** Its verify line would have to run, and nothing runs here yet. */
function refuseUntrusted({ yard }: HandlerContext): void {
  if (yard.isTrusted()) return
  refuseAs('untrusted', 'nothing is merged in a yard that nobody has confirmed', {
    hint: 'yard trust shows what it would run',
  })
}

/** Done, with a result that has not landed. */
function unlanded({ yard }: HandlerContext): Task[] {
  const tasks = [...yard.plan.tasks.values()].toSorted((a, b) => a.order - b.order)
  return tasks.filter(({ state, resultCommit, landing, merging }) => {
    if (state.kind !== 'done' || resultCommit === null || merging !== null) return false
    const isOver = landing?.state === 'landed' || landing?.state === 'prepared'
    return landing?.result !== resultCommit || !isOver
  })
}

function landingOf(context: HandlerContext, id: TaskId): LandingView {
  const landing = toLandingView(taskOf(context, id))
  const first = landing?.state === 'queued' ? mergeAbove(context.yard.plan, id) : null
  if (landing && first !== null)
    return {
      ...landing,
      reason: `waits until ${first} has settled a conflict in what it builds on`,
    }
  const { plan } = context.yard
  if (landing?.state === 'queued' && plan.facts.paused && plan.tasks.get(id)?.landing?.isAuto)
    return { ...landing, reason: 'waits: the yard is paused' }
  return (
    landing ??
    refuseAs('wrong-state', `nobody has asked for ${id} to be merged`, {
      hint: `yard merge ${id}`,
    })
  )
}

/** Until it is queued no more; sooner when the caller leaves or its time is up. */
function untilSettled(
  { yard }: HandlerContext,
  id: TaskId,
  waitMs: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  const isQueued = (): boolean =>
    yard.plan.tasks.get(id)?.landing?.state === 'queued' && mergeAbove(yard.plan, id) === null
  return new Promise((resolve) => {
    const finish = (): void => {
      off()
      clearTimeout(timer)
      signal?.removeEventListener('abort', finish)
      resolve()
    }
    const off = yard.onCommitted(() => isQueued() || finish())
    const timer = setTimeout(finish, waitMs)
    signal?.addEventListener('abort', finish)
    if (!isQueued() || signal?.aborted) finish()
  })
}
