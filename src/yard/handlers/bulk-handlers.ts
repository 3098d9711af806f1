/** Several tasks with one command: all or none. */
import type { TaskChange } from '../../contract/task.ts'
import type { TaskCommand } from '../../domain/command.ts'
import { claimOf } from './claim-handlers.ts'
import { procedures, send, taskOf, type HandlerContext } from './context.ts'
import { valueOf } from './failures.ts'
import { idOf, reportOf } from './task-handlers.ts'
import { toNewTask, toTaskEdit } from './wire-tasks.ts'

const os = procedures.task

export const bulkHandlers = {
  removeAll: os.removeAll.handler(async ({ context, input }) => {
    const ids = input.ids.map((id) => idOf(context, id))
    const { dependents, commandId } = input
    const reply = await send(context, { type: 'tasks.remove', ids, dependents }, commandId)
    return { removed: [...reply.ids] }
  }),
  change: os.change.handler(async ({ context, input }) => {
    const commands = input.changes.map((change) => toCommand(context, change))
    const reply = await send(context, { type: 'tasks.change', commands }, input.commandId)
    return { ids: (reply.replies ?? []).map(({ ids, isNoOp }) => (isNoOp ? [] : [...ids])) }
  }),
}

/** What an earlier change of the same list adds is not there yet, and so is unknown here. */
function toCommand(context: HandlerContext, change: TaskChange): TaskCommand {
  if (change.do === 'add')
    return { type: 'task.add', ...valueOf(toNewTask(context.yard, change.task)) }
  const id = idOf(context, change.id)
  switch (change.do) {
    case 'edit': {
      const task = context.yard.plan.tasks.get(id) ?? null
      return { type: 'task.edit', id, ...valueOf(toTaskEdit(context.yard, task, change.edit)) }
    }
    case 'take':
      return { type: 'task.take', ...claimOf(context, taskOf(context, id)) }
    case 'release':
    case 'reopen':
    case 'remove':
    case 'letGo':
      return { type: `task.${change.do}`, id }
    case 'hold':
      return { type: 'task.hold', id, asDraft: change.asDraft ?? false }
    case 'publish':
      return { type: 'task.publish', id, only: change.only ?? false }
    case 'retry':
      return { type: 'task.retry', id, fresh: change.fresh ?? false }
    case 'complete': {
      const report = reportOf(context, taskOf(context, id), {})
      return { type: 'task.complete', ...report, artifacts: [], force: change.force ?? false }
    }
    case 'abandon': {
      const { withDependents = false, join = false } = change
      return { type: 'task.abandon', id, withDependents, join }
    }
  }
}
