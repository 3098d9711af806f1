/** Commands that move tasks from one state to another; the times of tasks that repeat. */
import { err, ok } from '../../../base/result.ts'
import type { TaskView } from '../../../contract/view.ts'
import type { Failure } from '../../../domain/failure.ts'
import { askYard, withYard } from '../../connect/connect.ts'
import { failureFromError, isLostConnection } from '../../connect/failure-from-error.ts'
import type { Client } from '../../connect/owner.ts'
import {
  argument,
  defineCommand,
  defineSubcommand,
  option,
  type Cli,
  type Outcome,
} from '../../spec/define.ts'
import { taskId } from '../../spec/values.ts'
import { dateTimeText } from '../../text/format.ts'

const id = argument('<id>', 'the task', taskId)
const ids = argument('<ids...>', 'the tasks', taskId)

interface Request {
  readonly id: string
  readonly commandId: string
}

const stateLine = (task: TaskView): string => `${task.id} is ${stateText(task)}`

/** A task that runs shows that it is held only when its agent has ended, so it is said here. */
const stateText = ({ state, held, agent }: TaskView): string =>
  state === 'in-progress' && held ? `paused once ${agent ?? 'its agent'} has finished` : state

/**
 * The same for each task that is named. An unknown one is refused before anything is changed; one that a rule refuses
 * does not keep the others from it. JSON: the thing itself for one task, an array for several.
 */
const changeEach = <T>(
  cli: Cli,
  ids: readonly string[],
  ask: (client: Client, request: Request) => Promise<T>,
  text: (reply: T) => string,
): Promise<Outcome> =>
  withYard(cli, async ({ client }) => {
    const named = [...new Set(ids)]
    if (named.length > 1) for (const id of named) await client.task.get({ id })
    const replies: T[] = []
    const refused: { id: string; problem: Failure }[] = []
    for (const [index, id] of named.entries()) {
      try {
        // A command id names one command, so each task has its own.
        replies.push(await ask(client, { id, commandId: `${cli.commandId}:${index}` }))
      } catch (error) {
        if (named.length === 1 || isLostConnection(error)) throw error
        refused.push({ id, problem: failureFromError(error) })
      }
    }
    const [first] = refused
    if (first === undefined || !cli.print.isJson)
      cli.print.result(named.length === 1 ? replies[0] : replies, () => {
        for (const reply of replies) cli.print.line(text(reply))
      })
    return first === undefined ? ok(0) : err(refusal(first, refused, named.length))
  })

function refusal(
  { id, problem }: { id: string; problem: Failure },
  refused: readonly { id: string; problem: Failure }[],
  all: number,
): Failure {
  const others = refused.slice(1).map((each) => each.id)
  const more = others.length === 0 ? '' : ` (and ${others.join(', ')})`
  return {
    ...problem,
    message: `${refused.length} of ${all} were refused: ${id}: ${problem.message}${more}`,
    facts: { refused: refused.map((each) => ({ task: each.id, ...each.problem })) },
  }
}

export const publish = defineCommand({
  arguments: { ids },
  options: { only: option('--only', 'these tasks alone') },
  handler: (cli, { ids: tasks, only }) =>
    changeEach(
      cli,
      tasks,
      (client, request) => client.task.publish({ ...request, only }),
      ({ published }) =>
        published.length === 0 ? 'nothing was a draft' : `published ${published.join(', ')}`,
    ),
})

export const pause = defineCommand({
  arguments: { ids },
  handler: (cli, { ids: tasks }) =>
    changeEach(cli, tasks, (client, request) => client.task.hold(request), stateLine),
})

export const resume = defineCommand({
  arguments: { ids: argument('[ids...]', 'the tasks', taskId) },
  options: { all: option('--all', 'every paused task; drafts stay drafts') },
  examples: ['yard resume build test', 'yard kill --all && yard resume --all'],
  async handler(cli, { ids: tasks, all }) {
    if (tasks.length > 0 === all)
      return err({
        kind: 'bad-request',
        message: all ? 'tasks and --all were both named' : 'no task was named',
        hint: 'name tasks, or --all for every paused one; see `yard list --status paused`',
      })
    return all
      ? resumeAll(cli)
      : changeEach(cli, tasks, (client, request) => client.task.release(request), stateLine)
  },
})

const resumeAll = (cli: Cli): Promise<Outcome> =>
  askYard(
    cli,
    (client) => client.task.releaseAll({}),
    ({ released }) =>
      released.length === 0
        ? 'no task is paused; drafts are released by yard publish'
        : `released ${released.join(', ')}`,
  )

export const retry = defineCommand({
  arguments: { ids },
  options: { fresh: option('--fresh', 'with a new conversation') },
  handler: (cli, { ids: tasks, fresh }) =>
    changeEach(
      cli,
      tasks,
      (client, request) => client.task.retry({ ...request, ...(fresh ? { fresh } : {}) }),
      retryLine,
    ),
})

/** One that had not begun is as it was before. */
function retryLine(task: TaskView): string {
  const { id: name, state } = task
  if (state !== 'paused' && state !== 'blocked') return stateLine(task)
  const goesOn = `yard resume ${name} lets it go on`
  const next = state === 'paused' ? goesOn : `yard why ${name} says what it waits for`
  return `${stateLine(task)}, with nothing to try again; ${next}`
}

export const reopen = defineCommand({
  arguments: { id },
  notes: ['Tasks that wait for it and are done stay done.'],
  handler: (cli, { id: task }) =>
    askYard(cli, (client) => client.task.reopen({ id: task, commandId: cli.commandId }), stateLine),
})

export const abandon = defineCommand({
  arguments: { ids },
  options: {
    withDependents: option('--with-dependents', 'gives up all that is downstream, too'),
  },
  handler: (cli, { ids: tasks, withDependents }) =>
    changeEach(
      cli,
      tasks,
      (client, request) => client.task.abandon({ ...request, withDependents }),
      ({ abandoned, becameReady }) => {
        const all = abandoned.join(', ')
        const what = all === '' ? 'nothing was left to abandon' : `abandoned ${all}`
        if (becameReady === 0) return `${what}; no task becomes ready by it`
        const ready = becameReady === 1 ? '1 task becomes' : `${becameReady} tasks become`
        return `${what}; ${ready} ready`
      },
    ),
})

export const remove = defineCommand({
  arguments: { id },
  handler: (cli, { id: task }) =>
    askYard(
      cli,
      (client) => client.task.remove({ id: task, commandId: cli.commandId }),
      ({ removed }) => `removed ${removed}`,
    ),
})

const listSchedule = (cli: Cli): Promise<Outcome> =>
  askYard(
    cli,
    (client) => client.task.scheduleList(),
    (entries) => {
      if (entries.length === 0)
        return cli.print.progress('no task repeats; yard job list shows the jobs')
      cli.print.table(
        ['NEXT', 'ID', 'SCHEDULE', 'ZONE', 'STATE', 'TITLE'],
        entries.map(({ next, id, spec, tz, state, title }) => [
          next === null ? (state === 'ready' ? 'now' : 'never') : dateTimeText(next),
          id,
          spec,
          tz,
          state,
          title,
        ]),
      )
    },
  )

export const schedule = defineCommand({
  subcommands: [
    defineSubcommand({
      name: 'list',
      summary: 'shows the tasks that repeat, with their next time',
      handler: listSchedule,
    }),
    defineSubcommand({
      name: 'skip',
      summary: 'leaves out the next time',
      arguments: { id },
      handler: (cli, { id: name }) =>
        askYard(
          cli,
          (client) => client.task.scheduleSkip({ id: name, commandId: cli.commandId }),
          ({ id: task, notBefore: at }) => {
            const next = at === null ? 'it does not fire again' : `next ${dateTimeText(at)}`
            return `${task}: one is left out; ${next}`
          },
        ),
    }),
    defineSubcommand({
      name: 'now',
      summary: 'starts it now instead of at the next time',
      arguments: { id },
      handler: (cli, { id: name }) =>
        askYard(
          cli,
          (client) => client.task.scheduleNow({ id: name, commandId: cli.commandId }),
          ({ id: task, state }) => `${task} is ${state}`,
        ),
    }),
  ],
  handler: listSchedule,
})
