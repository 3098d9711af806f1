/** Builds the tree of commands for commander from their specs. */
import { Command, CommanderError, Option } from 'commander'
import type { Cli, CommandBody, CommandEntry, CommandGroup, Outcome } from './define.ts'

/** Runs the command that was asked for; its outcome is the program's. */
export type Execute = (run: (cli: Cli) => Promise<Outcome>, globals: Globals) => Promise<void>

export interface Globals {
  readonly dir: string | null
  readonly isJson: boolean
  readonly isDebug: boolean
}

export interface Program {
  readonly root: Command
  /** Declares commands whole, all of them or those of these names: until then the overview is all that is known of them. */
  complete(names?: readonly string[]): Promise<Command>
  parse(argv: readonly string[]): Promise<void>
}

/** `write` gets the text of help. */
export function createProgram(
  groups: readonly CommandGroup[],
  execute: Execute,
  write: (text: string) => void = () => {},
): Program {
  const root = withGlobals(new Command('yard'))
    .description('Gets a graph of tasks done by AI agents.')
    .usage('<command> [options]')
    .enablePositionalOptions()
    .helpCommand(false)
    .helpOption('-h, --help', 'explains a command')
    .option('--version', 'prints the version')
    .addHelpText('after', '\n`yard help COMMAND` explains one command, with examples.')
  const entries = new Map<Command, CommandEntry>()
  const usages = new Map<string, string>()
  root.configureHelp({
    subcommandTerm: (command) =>
      `${command.name()} [options] ${usages.get(command.name()) ?? ''}`.trim(),
  })
  for (const group of groups) {
    root.commandsGroup(`${group.title}:`)
    for (const entry of group.commands) {
      const command = new Command(entry.name).description(entry.summary)
      entries.set(command, entry)
      usages.set(entry.name, entry.usage)
      root.addCommand(command)
    }
  }
  const completeOne = async (command: Command): Promise<void> => {
    const entry = entries.get(command)
    if (entry === undefined || !entries.delete(command)) return
    declare(command, await entry.load(), execute)
    quiet(command, write)
  }
  const complete = async (names?: readonly string[]): Promise<Command> => {
    const named = root.commands.filter((command) => names?.includes(command.name()) ?? true)
    await Promise.all(named.map(completeOne))
    return root
  }
  return {
    root: quiet(root, write),
    complete,
    async parse(argv) {
      // Any word may be the name of the command; one that only looks so is loaded for nothing.
      await complete(argv)
      await root.parseAsync([...argv], { from: 'user' })
    },
  }
}

function declare(command: Command, spec: CommandBody, execute: Execute): void {
  withGlobals(command).helpOption('-h, --help', 'explains this command').helpCommand(false)
  for (const argument of spec.arguments) command.addArgument(argument)
  for (const option of spec.options) command.addOption(option)
  const required = requiredFlags(spec)
  if (required.length > 0) {
    const names = command.registeredArguments.map((one) => `<${one.name()}>`)
    command.usage(['[options]', ...required, ...names].join(' '))
  }
  for (const text of helpTexts(spec)) command.addHelpText('after', text)
  for (const below of spec.subcommands) {
    const subcommand = new Command(below.name).description(below.summary)
    declare(subcommand, below, execute)
    command.addCommand(subcommand)
  }
  // commander appends the options and the command to the arguments.
  command.action((...given: unknown[]) => {
    const parsed = { arguments: given.slice(0, -2), options: command.opts() }
    return execute((cli) => spec.run(cli, parsed), globalsOf(command))
  })
  if (spec.subcommands.length > 0) refuseUnknownSubcommand(command.enablePositionalOptions())
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
export const requiredFlags = ({ options }: CommandBody): string[] =>
  options.filter(({ mandatory }) => mandatory).map(({ flags }) => flags)

function helpTexts({ notes, examples }: CommandBody): string[] {
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

/** An error of usage, with the command that it was found in (`service start`; empty at the root) and the first word after that. */
export type UsageError = CommanderError & { readonly path: string; readonly word: string }

const withPath = (command: Command, error: CommanderError): UsageError =>
  Object.assign(error, { path: pathOf(command), word: command.args[0] ?? '' })

const pathOf = (command: Command): string =>
  command.parent === null ? '' : `${pathOf(command.parent)} ${command.name()}`.trim()

/** commander neither ends the process nor writes by itself: the caller decides. */
function quiet(command: Command, writeOut: (text: string) => void): Command {
  command
    .exitOverride((error) => {
      throw withPath(command, error)
    })
    .configureOutput({ writeOut, writeErr: () => {}, outputError: () => {} })
  for (const subcommand of command.commands) quiet(subcommand, writeOut)
  return command
}
