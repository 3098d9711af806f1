/** `yard ask`, by an agent of its own task, and `yard answer`, by a person. */
import { err, ok } from '../../base/result.ts'
import type { TaskView } from '../../contract/view.ts'
import type { Client } from '../client.ts'
import type { Cli, Outcome } from '../cli.ts'
import { withYard } from '../connect.ts'
import type { Words } from '../words.ts'

export const ask = (cli: Cli, words: Words): Promise<Outcome> =>
  say(cli, words, {
    what: 'question',
    send: (client, said) => client.task.ask(said),
    told: askedWords,
  })

export const answer = (cli: Cli, words: Words): Promise<Outcome> =>
  say(cli, words, {
    what: 'answer',
    send: (client, said) => client.task.answer(said),
    told: ({ id, state }) => `answered: ${id} is ${state}`,
  })

const askedWords = ({ id }: TaskView): string =>
  `asked: ${id} waits for the answer once this agent has ended, so end now`

interface Said {
  readonly id: string
  readonly text: string
  readonly commandId: string
}

interface Saying {
  readonly what: 'question' | 'answer'
  send(client: Client, said: Said): Promise<TaskView>
  told(task: TaskView): string
}

async function say(cli: Cli, words: Words, { what, send, told }: Saying): Promise<Outcome> {
  const text = words.arg(1).trim()
  if (text === '')
    return err({
      kind: 'bad-request',
      message: `the ${what} is empty`,
      hint: `say it in quotes: yard ${what === 'question' ? 'ask' : 'answer'} ${words.arg(0)} "…"`,
    })
  return withYard(cli, async ({ client }) => {
    const task = await send(client, { id: words.arg(0), text, commandId: cli.commandId })
    cli.print.result(task, () => cli.print.line(told(task)))
    return ok(0)
  })
}
