/** Requests about tasks: each builds one command, and most answer with the task as it is then. */
import { toArtifacts } from '../../domain/executor.ts'
import { isDraft, isFinished } from '../../domain/task.ts'
import { artifactFault } from '../artifact-files.ts'
import { toWhy } from '../views/why.ts'
import { procedures, send, taskOf } from './context.ts'
import { refuse, valueOf } from './failures.ts'
import { asSender } from '../messages/as-sender.ts'
import { askOf } from '../messages/message-handlers.ts'
import { act, change, idOf, reportOf, toCommand, viewOf } from './task-commands.ts'
import { toNewTask } from './wire-tasks.ts'

const os = procedures.task

export const taskHandlers = {
  add: os.add.handler(async ({ context, input: { commandId, ...wire } }) => {
    const wish = valueOf(toNewTask(context.yard, wire))
    const { ids } = await send(context, { type: 'task.add', ...wish }, commandId)
    return viewOf(context, ids[0] ?? '')
  }),
  get: os.get.handler(({ context, input }) => viewOf(context, input.id)),
  why: os.why.handler(({ context, input }) =>
    toWhy(context.yard, taskOf(context, input.id), input.voice),
  ),
  edit: os.edit.handler(({ context, input: { commandId, id, ...edit } }) =>
    change(context, { do: 'edit', id, edit, commandId }),
  ),
  hold: os.hold.handler(({ context, input }) => change(context, { do: 'hold', ...input })),
  release: os.release.handler(({ context, input }) => change(context, { do: 'release', ...input })),
  releaseAll: os.releaseAll.handler(async ({ context }) => {
    const paused = [...context.yard.plan.tasks.values()].filter(
      (task) => task.held && !isDraft(task) && !isFinished(task),
    )
    // One turn of the loop, so one transaction. Releasing twice is harmless, so no command id is needed.
    await Promise.all(
      paused.map(({ id }) => send(context, { type: 'task.release', id }, undefined)),
    )
    return { released: paused.map(({ id }) => id) }
  }),
  publish: os.publish.handler(async ({ context, input }) => {
    taskOf(context, input.id)
    const command = toCommand(context, { do: 'publish', ...input })
    const reply = await send(context, command, input.commandId)
    return { published: reply.isNoOp ? [] : [...reply.ids] }
  }),
  complete: os.complete.handler(({ context, input }) =>
    act(context, input, (task) => ({
      type: 'task.complete',
      ...reportOf(context, task, input),
      artifacts: toArtifacts(input.artifacts),
      force: input.force ?? false,
      evaluation: context.yard.judging.policyOf(task),
    })),
  ),
  fail: os.fail.handler(({ context, input }) =>
    act(context, input, (task) => ({
      type: 'task.fail',
      ...reportOf(context, task, input),
      reason: input.reason,
      class: input.class ?? 'reported',
    })),
  ),
  ask: os.ask.handler(({ context, input }) => {
    const { to, text } = input
    if (to === undefined) return act(context, input, ({ id }) => ({ type: 'task.ask', id, text }))
    const ask = () =>
      act(context, input, ({ id }) => ({
        type: 'task.ask',
        id,
        text,
        sending: askOf(context, id, to, text),
      }))
    return asSender(context, [to], ask)
  }),
  answer: os.answer.handler(({ context, input }) =>
    act(context, input, ({ id }) => ({ type: 'task.answer', id, text: input.text })),
  ),
  retry: os.retry.handler(({ context, input }) => change(context, { do: 'retry', ...input })),
  reopen: os.reopen.handler(({ context, input }) => change(context, { do: 'reopen', ...input })),
  abandon: os.abandon.handler(async ({ context, input }) => {
    taskOf(context, input.id)
    const command = toCommand(context, { do: 'abandon', ...input })
    const reply = await send(context, command, input.commandId)
    return { abandoned: reply.isNoOp ? [] : [...reply.ids], becameReady: reply.becameReady ?? 0 }
  }),
  remove: os.remove.handler(async ({ context, input }) => {
    const id = idOf(context, input.id)
    await send(context, { type: 'task.remove', id }, input.commandId)
    return { removed: id }
  }),
  removeAll: os.removeAll.handler(async ({ context, input }) => {
    const ids = input.ids.map((id) => idOf(context, id))
    const { dependents, commandId } = input
    const reply = await send(context, { type: 'tasks.remove', ids, dependents }, commandId)
    return { removed: [...reply.ids] }
  }),
  change: os.change.handler(async ({ context, input }) => {
    const commands = input.changes.map((each) => toCommand(context, each))
    const reply = await send(context, { type: 'tasks.change', commands }, input.commandId)
    return { ids: (reply.replies ?? []).map(({ ids, isNoOp }) => (isNoOp ? [] : [...ids])) }
  }),
  log: os.log.handler(({ context, input }) =>
    act(context, input, ({ id }) => ({ type: 'task.log', id, text: input.text })),
  ),
  artifact: os.artifact.handler(({ context, input }) =>
    act(context, input, (task) => {
      const fault = artifactFault(context.yard, task, input.paths)
      if (fault) refuse(fault)
      return { type: 'task.attach', id: task.id, artifacts: toArtifacts(input.paths) }
    }),
  ),
}
