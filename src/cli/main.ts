/** One invocation of `yard`: parses the arguments, runs the command, and reports how it ended. */
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { flushed } from '../base/flushed.ts'
import { err, ok } from '../base/result.ts'
import type { Failure } from '../domain/failure.ts'
import type { Cli, Machine, Outcome } from './spec/define.ts'
import { createPrinter } from './text/print.ts'
import { findYard, userPaths } from '../config/paths.ts'
import { unknownVariables } from '../config/unknown-variables.ts'
import { nearMatch } from '../domain/near-match.ts'
import {
  createProgram,
  globalsOf,
  type Execute,
  type Globals,
  type Program,
  type UsageError,
} from './spec/program.ts'

/** Runs on the real process and ends it. `entry` is src/cli/index.ts or out/main/cli.js: two folders up is the project. */
export async function runProcess(entry: URL): Promise<void> {
  const { argv, env, stdin, stdout, stderr } = process
  const cwd = currentFolder()
  if (cwd === null) {
    stderr.write('yard: the folder that you are in does not exist any more; go to another one\n')
    process.exitCode = 1
    return
  }
  const gone = new AbortController()
  let writeProblem: string | null = null
  for (const stream of [stdout, stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      // A reader that has enough (`yard list | head`) is no error. A full disk is one.
      if (stream === stdout && error.code !== 'EPIPE') writeProblem ??= error.message
      gone.abort()
    })
  const code = await runCli({
    argv: argv.slice(2),
    env,
    cwd,
    stdin,
    stdout,
    stderr,
    entry,
    root: new URL('../../', entry),
    gone: gone.signal,
  })
  await Promise.all([stdout, stderr].map((each) => flushed(each)))
  if (writeProblem !== null)
    stderr.write(`yard: the output could not be written: ${writeProblem}\n`)
  // Idle connections and an open stdin must not keep a finished command alive.
  process.exit(writeProblem === null ? code : 1)
}

function currentFolder(): string | null {
  try {
    return process.cwd()
  } catch {
    return null // deleted under us
  }
}

/** Returns the exit code. */
export async function runCli(machine: Machine): Promise<number> {
  const { argv, env, stdout, stderr } = machine
  const version = versionOf(machine.root)
  let globals: Globals = { dir: null, ...flagsBeforeParsing(argv) }
  const printer = () => createPrinter({ stdout, stderr, env, isJson: globals.isJson })
  if (asksForVersion(argv)) {
    printer().result({ version }, () => printer().line(version))
    return 0
  }
  // Loaded late: the version needs no command.
  const { commandGroups } = await import('./groups.ts')
  let outcome: Outcome = ok(0)
  const cliOf = (given: Globals): Cli => {
    globals = given
    return {
      machine,
      version,
      dir: given.dir,
      print: printer(),
      tree: (names) => createProgram(commandGroups, async () => {}).complete(names),
      commandId: randomUUID(),
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

/** Needed for the report even when parsing fails. */
function flagsBeforeParsing(argv: readonly string[]): Pick<Globals, 'isJson' | 'isDebug'> {
  const end = argv.indexOf('--')
  const flags = end === -1 ? argv : argv.slice(0, end)
  return { isJson: flags.includes('--json'), isDebug: flags.includes('--debug') }
}

const asksForVersion = (argv: readonly string[]): boolean =>
  argv.find((word) => word !== '--json' && word !== '--debug') === '--version'

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

function versionOf(root: URL): string {
  const about: unknown = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'))
  return typeof about === 'object' && about !== null && 'version' in about
    ? String(about.version)
    : 'unknown'
}
