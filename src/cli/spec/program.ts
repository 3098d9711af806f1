/** Builds the tree of commands for commander from their specs. */
import { Command, CommanderError, Option } from 'commander'
import type { Cli, CommandGroup, CommandSpec, Outcome } from './define.ts'

/** Runs the command that was asked for; its outcome is the program's. */
export type Execute = (run: (cli: Cli) => Promise<Outcome>, globals: Globals) => Promise<void>

export interface Globals {
  readonly dir: string | null
  readonly isJson: boolean
  readonly isDebug: boolean
}

export function createProgram(groups: readonly CommandGroup[], execute: Execute): Command {
  const program = withGlobals(new Command('yard'))
    .description('Gets a graph of tasks done by AI agents.')
    .usage('<command> [options]')
    .enablePositionalOptions()
    .helpCommand(false)
    .helpOption('-h, --help', 'explains a command')
    .option('--version', 'prints the version')
    .addHelpText('after', '\n`yard help COMMAND` explains one command, with examples.')
  for (const group of groups) {
    program.commandsGroup(`${group.title}:`)
    for (const spec of group.commands) program.addCommand(toCommand(spec, execute))
  }
  return quiet(program)
}

function toCommand(spec: CommandSpec, execute: Execute): Command {
  const command = withGlobals(new Command(spec.name)).description(spec.summary)
  command.helpOption('-h, --help', 'explains this command').helpCommand(false)
  for (const argument of spec.arguments) command.addArgument(argument)
  for (const option of spec.options) command.addOption(option)
  const required = requiredFlags(spec)
  if (required.length > 0) {
    const names = command.registeredArguments.map((one) => `<${one.name()}>`)
    command.usage(['[options]', ...required, ...names].join(' '))
  }
  for (const text of helpTexts(spec)) command.addHelpText('after', text)
  for (const subcommand of spec.subcommands) command.addCommand(toCommand(subcommand, execute))
  // commander appends the options and the command to the arguments.
  command.action((...given: unknown[]) => {
    const parsed = { arguments: given.slice(0, -2), options: command.opts() }
    return execute((cli) => spec.run(cli, parsed), globalsOf(command))
  })
  if (spec.subcommands.length > 0) refuseUnknownSubcommand(command.enablePositionalOptions())
  return command
}

/** commander takes a misspelt subcommand of a command that also runs alone for an excess argument. */
const refuseUnknownSubcommand = (command: Command): Command =>
  command.allowExcessArguments().hook('preAction', (_, called) => {
    const [word] = called.args
    if (called === command && word !== undefined)
      throw withPath(
        command,
        new CommanderError(2, 'commander.unknownCommand', `error: unknown command '${word}'`),
      )
  })

/** `--as <name>` of each required option. */
export const requiredFlags = ({ options }: CommandSpec): string[] =>
  options.filter(({ mandatory }) => mandatory).map(({ flags }) => flags)

function helpTexts({ notes, examples }: CommandSpec): string[] {
  const texts = notes.map((note) => `\n${note}`)
  if (examples.length > 0)
    texts.push(`\nExamples:\n${examples.map((line) => `  ${line}`).join('\n')}`)
  return texts
}

const withGlobals = (command: Command): Command => {
  for (const option of globalOptions()) command.addOption(option)
  return command
}

/** Accepted before and after the command. */
export const globalOptions = (): Option[] =>
  [
    new Option(
      '--dir <path>',
      'the folder that holds .yard (else YARD_DIR, else upwards from here)',
    ),
    new Option('--json', 'prints JSON and nothing else'),
    new Option('--debug', 'prints the stack of an unexpected error'),
  ].map((option) => option.helpGroup('Everywhere:'))

export function globalsOf(command: Command): Globals {
  const all: Record<string, unknown> = command.optsWithGlobals()
  return {
    dir: typeof all.dir === 'string' ? all.dir : null,
    isJson: all.json === true,
    isDebug: all.debug === true,
  }
}

/** An error of usage, with the command that it was found in: `service start`; empty at the root. */
export type UsageError = CommanderError & { readonly path: string }

const withPath = (command: Command, error: CommanderError): UsageError =>
  Object.assign(error, { path: pathOf(command) })

const pathOf = (command: Command): string =>
  command.parent === null ? '' : `${pathOf(command.parent)} ${command.name()}`.trim()

/** commander neither ends the process nor writes by itself: the caller decides. */
function quiet(command: Command): Command {
  command
    .exitOverride((error) => {
      throw withPath(command, error)
    })
    .configureOutput({ writeErr: () => {}, outputError: () => {} })
  for (const subcommand of command.commands) quiet(subcommand)
  return command
}
