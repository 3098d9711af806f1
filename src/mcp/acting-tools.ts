/** What a person's assistant may change. What a person would be asked about first needs its own word. */
import { reportableClassSchema } from '../domain/schemas.ts'
import { z } from 'zod'
import { ok, type Result } from '../base/result.ts'
import { fail, type Failure } from '../domain/failure.ts'
import { data, paths } from './agent-tools.ts'
import { answerOf, type Client, tool, type Tool, type YardAccess } from './tool.ts'
import { compactTask } from './truncate.ts'
import { editInput, newTaskInput, taskId, toRequest } from './task-fields.ts'

const one = z.strictObject({ id: taskId })
const endAgent = z
  .boolean()
  .default(false)
  .describe('Must be true if an agent works on it, which is ended by this')

type Change = (client: Client, on: { id: string; commandId: string }) => Promise<unknown>

const change = async (
  { client, commandId }: YardAccess,
  id: string,
  act: Change,
): Promise<Result<unknown, Failure>> => ok(stateOf(await act(client, { id, commandId })))

const stateOf = (task: unknown): unknown => {
  const said = z.object({ id: z.string(), state: z.string(), held: z.boolean() }).safeParse(task)
  return said.success ? said.data : task
}

export const actingTools: readonly Tool[] = [
  tool({
    name: 'yard_add',
    title: 'Add a task',
    description:
      'Adds a task to the graph. It starts by itself as soon as what it waits for is done, unless it is paused. "exec" makes it a shell line instead of work for an agent.',
    effect: 'adds',
    input: newTaskInput,
    run: async ({ client, cwd, commandId }, { title, ...said }) =>
      ok(compactTask(await client.task.add({ ...toRequest(said, cwd), title, commandId }))),
  }),
  tool({
    name: 'yard_edit',
    title: 'Change a task',
    description: 'Changes what is said about a task; null takes a word back.',
    effect: 'changes',
    isRepeatable: true,
    input: editInput,
    run: async ({ client, cwd, commandId }, { id, ...said }) =>
      Object.keys(said).length === 0
        ? fail('bad-request', 'nothing to change was named')
        : ok(compactTask(await client.task.edit({ ...toRequest(said, cwd), id, commandId }))),
  }),
  tool({
    name: 'yard_publish',
    title: 'Release drafts',
    description: 'Releases a draft, and all drafts that wait for it unless "only" is true.',
    effect: 'adds',
    isRepeatable: true,
    input: one.extend({ only: z.boolean().default(false) }),
    run: ({ client, commandId }, said) => answerOf(client.task.publish({ ...said, commandId })),
  }),
  tool({
    name: 'yard_pause',
    title: 'Pause a task',
    description: 'Holds a task back; an agent that works on it is let finish.',
    effect: 'adds',
    isRepeatable: true,
    input: one,
    run: (at, { id }) => change(at, id, (client, on) => client.task.hold(on)),
  }),
  tool({
    name: 'yard_resume',
    title: 'Resume a task',
    description: 'Releases a task that was paused, or a draft.',
    effect: 'adds',
    isRepeatable: true,
    input: one,
    run: (at, { id }) => change(at, id, (client, on) => client.task.release(on)),
  }),
  tool({
    name: 'yard_service',
    title: 'Pause or resume all work',
    description: 'Whether the coordinator starts new agents at all; living ones go on.',
    effect: 'changes',
    isRepeatable: true,
    input: z.strictObject({ do: z.enum(['pause', 'resume']) }),
    run: async ({ client, hasOwner }, said) =>
      hasOwner
        ? ok(await (said.do === 'pause' ? client.service.pause() : client.service.resume()))
        : fail('not-running', 'no service is running', {
            hint: 'a person starts it with `yard service start`',
          }),
  }),
  ...answeringTools(),
  ...endingTools(),
]

function answeringTools(): readonly Tool[] {
  return [
    tool({
      name: 'yard_answer',
      title: 'Answer a question',
      description: 'Answers what the agent of a task asked a person, and lets the task go on.',
      effect: 'adds',
      input: one.extend({ text: z.string().trim().min(1).max(20_000) }),
      run: (at, { id, text }) =>
        change(at, id, (client, on) => client.task.answer({ ...on, text })),
    }),
    tool({
      name: 'yard_log',
      title: 'Note something on a task',
      description: 'Writes a line into its timeline, which its next agent reads.',
      effect: 'adds',
      input: one.extend({ text: z.string().trim().min(1).max(20_000) }),
      run: (at, { id, text }) => change(at, id, (client, on) => client.task.log({ ...on, text })),
    }),
    tool({
      name: 'yard_retry',
      title: 'Try a failed task again',
      description:
        'Opens a failed or waiting task for another try, in its conversation unless "fresh" is true.',
      effect: 'changes',
      input: one.extend({ fresh: z.boolean().default(false) }),
      run: (at, { id, fresh }) =>
        change(at, id, (client, on) => client.task.retry({ ...on, fresh })),
    }),
    tool({
      name: 'yard_reopen',
      title: 'Open a finished task again',
      description: 'Opens a task that was done or abandoned. What waited for it and is done stays.',
      effect: 'changes',
      input: one,
      run: (at, { id }) => change(at, id, (client, on) => client.task.reopen(on)),
    }),
  ]
}

function endingTools(): readonly Tool[] {
  return [
    tool({
      name: 'yard_done',
      title: 'Mark a task as done',
      description: 'Says in the name of a person that a task is done; what waits for it may start.',
      effect: 'changes',
      isRepeatable: true,
      input: one.extend({
        paths: paths.optional(),
        data: data.optional(),
        force: z.boolean().default(false).describe('Also when it is blocked or has ended'),
        end_agent: endAgent,
      }),
      run: async (at, { id, force, end_agent, ...results }) => {
        const { client, commandId } = at
        const busy = await refuseWhileBusy(at, id, end_agent)
        if (!busy.ok) return busy
        if (results.data && results.paths)
          await client.task.artifact({ id, paths: results.paths, commandId: `${commandId}-files` })
        const artifacts = results.data ?? results.paths
        const more = artifacts === undefined ? {} : { artifacts }
        return change(at, id, () => client.task.complete({ id, force, commandId, ...more }))
      },
    }),
    tool({
      name: 'yard_fail',
      title: 'Mark a task as failed',
      description: 'Says in the name of a person that a task has failed; what waits for it stays.',
      effect: 'changes',
      input: one.extend({
        reason: z.string().trim().min(1).max(4000),
        class: reportableClassSchema.optional(),
        end_agent: endAgent,
      }),
      run: async (at, { id, reason, class: named, end_agent }) => {
        const busy = await refuseWhileBusy(at, id, end_agent)
        if (!busy.ok) return busy
        const more = named === undefined ? {} : { class: named }
        return change(at, id, (client, on) => client.task.fail({ ...on, reason, ...more }))
      },
    }),
    tool({
      name: 'yard_abandon',
      title: 'Give a task up',
      description:
        'Gives a task up for good: those that wait for it go on without it, or, with "with_dependents" true, all that is downstream is given up too.',
      effect: 'changes',
      isRepeatable: true,
      input: one.extend({ with_dependents: z.boolean(), end_agent: endAgent }),
      run: async (at, { id, with_dependents: withDependents, end_agent }) => {
        const busy = await refuseWhileBusy(at, id, end_agent)
        if (!busy.ok) return busy
        const { client, commandId } = at
        return answerOf(client.task.abandon({ id, withDependents, commandId }))
      },
    }),
  ]
}

/** In the window a person sees who works on it before they say this. */
async function refuseWhileBusy(
  { client }: YardAccess,
  id: string,
  mayEnd: boolean,
): Promise<Result<null, Failure>> {
  if (mayEnd) return ok(null)
  const { status, agent } = await client.task.get({ id })
  if (status !== 'in-progress') return ok(null)
  return fail('not-allowed', `${agent ?? 'an agent'} works on ${id} and would be ended by this`, {
    hint: 'end_agent: true says that it shall be',
  })
}
