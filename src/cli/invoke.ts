/** One invocation of `yard`: parses the arguments, runs the command, and reports how it ended. */
import { randomUUID } from 'node:crypto'
import type { Command } from 'commander'
import { err, ok } from '../base/result.ts'
import { findYard, userPaths } from '../config/paths.ts'
import { unknownVariables } from '../config/unknown-variables.ts'
import type { Failure } from '../domain/failure.ts'
import { nearMatch } from '../domain/near-match.ts'
import { commandGroups } from './groups.ts'
import type { Cli, Machine, Outcome } from './spec/define.ts'
import {
  createProgram,
  globalsOf,
  type Execute,
  type Globals,
  type Program,
  type UsageError,
} from './spec/program.ts'
import { createPrinter } from './text/print.ts'

/** Returns the exit code. `flags` count until the arguments are parsed. */
export async function invoke(
  machine: Machine,
  version: string,
  flags: Pick<Globals, 'isJson' | 'isDebug'>,
): Promise<number> {
  const { argv, env, stdout, stderr } = machine
  let globals: Globals = { dir: null, ...flags }
  const printer = () => createPrinter({ stdout, stderr, env, isJson: globals.isJson })
  let outcome: Outcome = ok(0)
  const cliOf = (given: Globals): Cli => {
    globals = given
    let commandId: string | null = null
    return {
      machine,
      version,
      dir: given.dir,
      print: printer(),
      tree: (names) => createProgram(commandGroups, async () => {}).complete(names),
      // Made when it is asked for: to load what makes it takes a tenth of a short command.
      get commandId() {
        return (commandId ??= randomUUID())
      },
    }
  }
  const execute: Execute = async (run, given) => {
    const cli = cliOf(given)
    await warnOfVariables(cli)
    outcome = await run(cli)
  }
  const program = createProgram(commandGroups, execute, (text) => void stdout.write(text))
  try {
    await program.parse(argv)
  } catch (error) {
    if (!isUsageError(error)) outcome = err(await unexpected(error, globals.isDebug, machine))
    else if (error.code === 'commander.help' && error.path === '')
      outcome = await overviewOf(cliOf(globalsOf(program.root)))
    else outcome = await fromCommander(error, program)
  }
  return endOf(outcome, printer)
}

/** A mistyped setting would be ignored silently. */
async function warnOfVariables({ machine, print, dir }: Cli): Promise<void> {
  const { env, cwd } = machine
  const yard = findYard(cwd, env, dir)
  const files = [userPaths(env).config, ...(yard.ok ? [yard.value.config] : [])]
  for (const { name, near } of await unknownVariables(env, files)) {
    const hint = near === null ? '`yard config --list` shows the settings' : `did you mean ${near}?`
    print.progress(`yard: warning: the variable ${name} is no setting and is ignored; ${hint}`)
  }
}

async function endOf(outcome: Outcome, printer: () => Cli['print']): Promise<number> {
  if (outcome.ok) return outcome.value
  const { exitCodeOf } = await import('../domain/failure.ts')
  printer().error(outcome.error)
  return exitCodeOf(outcome.error)
}

const isUsageError = (error: unknown): error is UsageError =>
  error instanceof Error && 'code' in error && String(error.code).startsWith('commander.')

/** `yard` alone. Its failures are reported as those of any command. */
async function overviewOf(cli: Cli): Promise<Outcome> {
  try {
    return await (await import('./commands/service/status.ts')).overview(cli)
  } catch (error) {
    const { failureFromError } = await import('./connect/failure-from-error.ts')
    return err(failureFromError(error))
  }
}

/** commander writes `error: …` with a suggestion on a second line. */
async function fromCommander(error: UsageError, program: Program): Promise<Outcome> {
  if (error.exitCode === 0) return ok(0)
  const [first = '', suggestion] = error.message.replace(/^error: /, '').split('\n')
  const near =
    error.code === 'commander.unknownCommand'
      ? commandLike(error.word, error.path, await program.complete())
      : suggestedBy(suggestion)
  const help = `see \`${`yard help ${error.path}`.trim()}\``
  return err({
    kind: 'bad-request',
    message: first.replace(/\.$/, ''),
    hint: near === null ? help : `did you mean ${near}?`,
  })
}

const suggestedBy = (suggestion: string | undefined): string | null =>
  suggestion === undefined ? null : suggestion.replace(/^\(Did you mean (.*)\?\)$/, '$1')

/** A command of exactly that name in a group (`status` → `service status`), else one that is spelt nearly so. */
function commandLike(word: string, path: string, program: Command): string | null {
  const parent = program.commands.find((command) => command.name() === path) ?? program
  const inGroups = parent.commands.flatMap((group) =>
    group.commands
      .filter((below) => below.name() === word)
      .map((below) => `${group.name()} ${below.name()}`),
  )
  if (inGroups.length > 0) return inGroups.join(' or ')
  const near = nearMatch(
    word,
    parent.commands.map((command) => command.name()),
  )
  return near === null ? null : `${path} ${near}`.trim()
}

async function unexpected(error: unknown, isDebug: boolean, machine: Machine): Promise<Failure> {
  const { failureFromError } = await import('./connect/failure-from-error.ts')
  if (isDebug && error instanceof Error) machine.stderr.write(`${error.stack}\n`)
  return failureFromError(error)
}
