import { err, ok } from '../../base/result.ts'
import { hintOf } from '../../domain/near-match.ts'
import type { Cli, Outcome } from '../cli.ts'
import type { Words } from '../words.ts'

export async function help(cli: Cli, words: Words): Promise<Outcome> {
  let command = cli.tree()
  for (const name of words.rest(0)) {
    const below = command.commands.find((candidate) => candidate.name() === name)
    if (!below)
      return err({
        kind: 'bad-request',
        message: `there is no command "${words.rest(0).join(' ')}"`,
        hint: hintOf(
          name,
          command.commands.map((known) => known.name()),
          'commands',
        ),
      })
    command = below
  }
  let text = ''
  command.configureOutput({ writeOut: (part) => void (text += part) })
  command.outputHelp()
  cli.print.result({ help: text }, () => cli.print.raw(text))
  return ok(0)
}
