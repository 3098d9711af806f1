/** `yard help` and `yard completion`. */
import { err, ok } from '../../base/result.ts'
import { hintOf } from '../../domain/near-match.ts'
import { completionScript, SHELLS } from '../spec/completion-script.ts'
import { argument, defineCommand } from '../spec/define.ts'

export const help = defineCommand({
  arguments: { path: argument('[command...]', 'such as add, or service start') },
  examples: ['yard help add', 'yard help service start'],
  async handler(cli, { path }) {
    let command = await cli.tree(path)
    for (const name of path) {
      const names = command.commands.map((known) => known.name())
      const found = command.commands.find((candidate) => candidate.name() === name)
      if (!found)
        return err({
          kind: 'bad-request',
          message: `there is no command "${path.join(' ')}"`,
          hint: hintOf(name, names, 'commands'),
        })
      command = found
    }
    let text = ''
    command.configureOutput({ writeOut: (part) => void (text += part) })
    command.outputHelp()
    cli.print.result({ help: text }, () => cli.print.raw(text))
    return ok(0)
  },
})

export const completion = defineCommand({
  arguments: { shell: argument.oneOf('<shell>', 'bash, zsh or fish', SHELLS) },
  examples: [
    'source <(yard completion bash)',
    'yard completion fish > ~/.config/fish/completions/yard.fish',
  ],
  async handler(cli, { shell }) {
    const script = completionScript(await cli.tree(), shell)
    cli.print.result({ script }, () => cli.print.raw(script))
    return ok(0)
  },
})
