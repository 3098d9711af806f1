/** Verbs that move one task from one state to another. */
import { ok } from '../../base/result.ts'
import type { TaskView } from '../../contract/view.ts'
import type { Cli, Outcome } from '../cli.ts'
import { withYard } from '../connect.ts'
import type { Client } from '../client.ts'
import type { Words } from '../words.ts'

type Ask = (client: Client, on: { id: string; commandId: string }) => Promise<TaskView>

/** Asks for the change and says in what state the task is now. */
const change = (cli: Cli, words: Words, ask: Ask): Promise<Outcome> =>
  withYard(cli, async ({ client }) => {
    const task = await ask(client, { id: words.arg(0), commandId: cli.commandId })
    cli.print.result(task, () => cli.print.line(`${task.id} is ${wordsOf(task)}`))
    return ok(0)
  })

/** A task that runs shows that it is held only when its agent has ended, so it is said here. */
const wordsOf = ({ state, held, agent }: TaskView): string =>
  state === 'in-progress' && held ? `paused once ${agent ?? 'its agent'} has finished` : state

export const pause = (cli: Cli, words: Words): Promise<Outcome> =>
  change(cli, words, (client, on) => client.task.hold(on))

export const resume = (cli: Cli, words: Words): Promise<Outcome> =>
  change(cli, words, (client, on) => client.task.release(on))

export const reopen = (cli: Cli, words: Words): Promise<Outcome> =>
  change(cli, words, (client, on) => client.task.reopen(on))

export const retry = (cli: Cli, words: Words): Promise<Outcome> =>
  change(cli, words, (client, on) =>
    client.task.retry({ ...on, ...(words.flag('fresh') ? { fresh: true } : {}) }),
  )

export const publish = (cli: Cli, words: Words): Promise<Outcome> =>
  withYard(cli, async ({ client }) => {
    const only = words.flag('only') ?? false
    const reply = await client.task.publish({
      ...{ id: words.arg(0), only, commandId: cli.commandId },
    })
    cli.print.result(reply, () =>
      cli.print.line(
        reply.published.length === 0
          ? 'nothing was a draft'
          : `published ${reply.published.join(', ')}`,
      ),
    )
    return ok(0)
  })

export const abandon = (cli: Cli, words: Words): Promise<Outcome> =>
  withYard(cli, async ({ client }) => {
    const withDependents = words.flag('withDependents') ?? false
    const reply = await client.task.abandon({
      ...{ id: words.arg(0), withDependents, commandId: cli.commandId },
    })
    cli.print.result(reply, () => cli.print.line(abandonWords(reply)))
    return ok(0)
  })

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
