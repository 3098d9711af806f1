/** Verbs that move one task from one state to another. */
import { err, ok } from '../../base/result.ts'
import type { TaskView } from '../../contract/view.ts'
import type { Failure } from '../../domain/failure.ts'
import type { Cli, Outcome } from '../cli.ts'
import { withYard } from '../connect.ts'
import type { Client } from '../client.ts'
import { failureFromError, isLostConnection } from '../failure-from-error.ts'
import type { Words } from '../words.ts'

interface On {
  readonly id: string
  readonly commandId: string
}
type Ask = (client: Client, on: On) => Promise<TaskView>

/** Asks for the change of one task and says in what state it is now. */
const change = (cli: Cli, words: Words, ask: Ask): Promise<Outcome> =>
  withYard(cli, async ({ client }) => {
    const task = await ask(client, { id: words.arg(0), commandId: cli.commandId })
    cli.print.result(task, () => cli.print.line(stateLine(task)))
    return ok(0)
  })

const stateLine = (task: TaskView): string => `${task.id} is ${wordsOf(task)}`

/** A task that runs shows that it is held only when its agent has ended, so it is said here. */
const wordsOf = ({ state, held, agent }: TaskView): string =>
  state === 'in-progress' && held ? `paused once ${agent ?? 'its agent'} has finished` : state

/**
 * The same for each task that is named. An unknown one is refused before anything is changed; one that a rule refuses
 * does not keep the others from it. JSON: the thing itself for one task, an array for several.
 */
const changeEach = <T>(
  cli: Cli,
  ids: readonly string[],
  ask: (client: Client, on: On) => Promise<T>,
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

export const pause = (cli: Cli, words: Words): Promise<Outcome> =>
  changeEach(cli, words.rest(0), (client, on) => client.task.hold(on), stateLine)

export async function resume(cli: Cli, words: Words): Promise<Outcome> {
  const ids = words.rest(0)
  const isAll = words.flag('all') ?? false
  if (ids.length > 0 === isAll)
    return err({
      kind: 'bad-request',
      message: isAll ? 'tasks and --all were both named' : 'no task was named',
      hint: 'name tasks, or --all for every paused one; see `yard list --status paused`',
    })
  return isAll
    ? resumeAll(cli)
    : changeEach(cli, ids, (client, on) => client.task.release(on), stateLine)
}

const resumeAll = (cli: Cli): Promise<Outcome> =>
  withYard(cli, async ({ client }) => {
    const reply = await client.task.releaseAll({})
    const { released } = reply
    cli.print.result(reply, () =>
      cli.print.line(
        released.length === 0
          ? 'no task is paused; drafts are released by yard publish'
          : `released ${released.join(', ')}`,
      ),
    )
    return ok(0)
  })

export const reopen = (cli: Cli, words: Words): Promise<Outcome> =>
  change(cli, words, (client, on) => client.task.reopen(on))

export function retry(cli: Cli, words: Words): Promise<Outcome> {
  const fresh = words.flag('fresh') ? { fresh: true } : {}
  return changeEach(
    cli,
    words.rest(0),
    (client, on) => client.task.retry({ ...on, ...fresh }),
    retryLine,
  )
}

/** One that had not begun is as it was before. */
function retryLine(task: TaskView): string {
  const { id, state } = task
  const way =
    state === 'paused'
      ? `yard resume ${id} lets it go on`
      : state === 'blocked'
        ? `yard why ${id} says what it waits for`
        : null
  return way === null ? stateLine(task) : `${stateLine(task)}, with nothing to try again; ${way}`
}

export function publish(cli: Cli, words: Words): Promise<Outcome> {
  const only = words.flag('only') ?? false
  return changeEach(
    cli,
    words.rest(0),
    (client, on) => client.task.publish({ ...on, only }),
    ({ published }) =>
      published.length === 0 ? 'nothing was a draft' : `published ${published.join(', ')}`,
  )
}

export function abandon(cli: Cli, words: Words): Promise<Outcome> {
  const withDependents = words.flag('withDependents') ?? false
  return changeEach(
    cli,
    words.rest(0),
    (client, on) => client.task.abandon({ ...on, withDependents }),
    abandonWords,
  )
}

function abandonWords({
  abandoned,
  becameReady,
}: {
  abandoned: string[]
  becameReady: number
}): string {
  const what =
    abandoned.length === 0 ? 'nothing was left to abandon' : `abandoned ${abandoned.join(', ')}`
  const ready =
    becameReady === 0
      ? 'no task becomes ready by it'
      : becameReady === 1
        ? '1 task becomes ready'
        : `${becameReady} tasks become ready`
  return `${what}; ${ready}`
}

export const remove = (cli: Cli, words: Words): Promise<Outcome> =>
  withYard(cli, async ({ client }) => {
    const reply = await client.task.remove({ id: words.arg(0), commandId: cli.commandId })
    cli.print.result(reply, () => cli.print.line(`removed ${reply.removed}`))
    return ok(0)
  })
