/** Executors that can do a task, here and now. Pure. */
import type { TaskView } from '../../../contract/view.ts'
import { mismatchOf } from '../../../domain/routing/resolve.ts'
import type { YardClient } from '../../model/session/link.ts'

type ExecutorView = Awaited<ReturnType<YardClient['service']['executors']>>[number]

export const fittingExecutors = (
  executors: readonly Pick<ExecutorView, 'name' | 'type' | 'canRun' | 'models'>[],
  task: Pick<TaskView, 'exec' | 'verify' | 'model'>,
): readonly string[] =>
  executors.flatMap(({ name, type, canRun, models }) => {
    // Only the built-in profile has no address of its own; one that hands on by the clock does no work.
    if (!canRun || type === 'schedule') return []
    const profile = { name, type, url: name === 'http' ? null : '' }
    const runsModel = task.model === null || models === null || models.includes(task.model)
    return runsModel && mismatchOf(task, profile) === null ? [name] : []
  })
