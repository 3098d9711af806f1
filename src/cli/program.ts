/** Builds the tree of commands for commander from their specs. */
import { Command, CommanderError, Option } from 'commander'
import type { CommandGroup, CommandSpec, Verb } from './command-spec.ts'
import { createWords, type Words } from './words.ts'

/** Called with the verb that was asked for; its outcome is the program's. */
export type Carry = (load: () => Promise<Verb>, words: Words, globals: Globals) => Promise<void>

export interface Globals {
  readonly dir: string | null
  readonly isJson: boolean
  readonly isDebug: boolean
}

export function createProgram(groups: readonly CommandGroup[], carry: Carry): Command {
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
    for (const spec of group.commands) program.addCommand(toCommand(spec, carry))
  }
  return quiet(program)
}

function toCommand(spec: CommandSpec, carry: Carry): Command {
  const command = withGlobals(new Command(spec.name)).description(spec.does)
  command.helpOption('-h, --help', 'explains this command').helpCommand(false)
  for (const argument of spec.args ?? []) command.addArgument(argument)
  for (const option of spec.options ?? []) command.addOption(option)
  const required = requiredFlags(spec)
  if (required.length > 0) {
    const names = command.registeredArguments.map((one) => `<${one.name()}>`)
    command.usage(['[options]', ...required, ...names].join(' '))
  }
  for (const text of helpTexts(spec)) command.addHelpText('after', text)
  for (const below of spec.below ?? []) command.addCommand(toCommand(below, carry))
  const { run } = spec
  if (run)
    command.action((...given: unknown[]) => carry(run, wordsOf(command, given), globalsOf(command)))
  if (spec.below) {
    command.enablePositionalOptions()
    if (run) refuseUnknownBelow(command)
  }
  return command
}

/** commander takes a misspelt command below one that also runs alone for an argument too many. */
const refuseUnknownBelow = (command: Command): Command =>
  command.allowExcessArguments().hook('preAction', (_, called) => {
    const [word] = called.args
    if (called === command && word !== undefined)
      throw withPath(
        command,
        new CommanderError(2, 'commander.unknownCommand', `error: unknown command '${word}'`),
      )
  })

/** `--as <name>` of each option that must be there. */
export const requiredFlags = ({ options = [] }: CommandSpec): string[] =>
  options.filter(({ mandatory }) => mandatory).map(({ flags }) => flags)

function helpTexts({ notes, examples }: CommandSpec): string[] {
  const texts = (notes ?? []).map((note) => `\n${note}`)
  if (examples) texts.push(`\nExamples:\n${examples.map((line) => `  ${line}`).join('\n')}`)
  return texts
}

const withGlobals = (command: Command): Command => {
  for (const option of globalOptions()) command.addOption(option)
  return command
}

/** Accepted before and after the verb. */
export const globalOptions = (): Option[] =>
  [
    new Option(
      '--dir <path>',
      'the folder that holds .yard (else YARD_DIR, else upwards from here)',
    ),
    new Option('--json', 'prints JSON and nothing else'),
    new Option('--debug', 'prints the stack of an unexpected error'),
  ].map((option) => option.helpGroup('Everywhere:'))

/** commander appends the options and the command to the arguments. */
const wordsOf = (command: Command, given: readonly unknown[]): Words =>
  createWords(given.slice(0, -2), command.opts())

export function globalsOf(command: Command): Globals {
  const all: Record<string, unknown> = command.optsWithGlobals()
  return {
    dir: typeof all.dir === 'string' ? all.dir : null,
    isJson: all.json === true,
    isDebug: all.debug === true,
  }
}

/** An error in the words of a command, with the command that it was found in: `service start`; empty at the root. */
export type WordError = CommanderError & { readonly path: string }

const withPath = (command: Command, error: CommanderError): WordError =>
  Object.assign(error, { path: pathOf(command) })

const pathOf = (command: Command): string =>
  command.parent === null ? '' : `${pathOf(command.parent)} ${command.name()}`.trim()

/** Nothing ends the process or writes by itself: whoever parses decides. */
function quiet(command: Command): Command {
  command
    .exitOverride((error) => {
      throw withPath(command, error)
    })
    .configureOutput({ writeErr: () => {}, outputError: () => {} })
  for (const below of command.commands) quiet(below)
  return command
}
