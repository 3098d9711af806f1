/**
 * A command as one typed value: its arguments and options, what help says of it, and its handler. The type of the handler's input is
 * inferred from the declarations, and help, completion and docs/cli.md are made from them. A module of commands is loaded when one of
 * them is named; what the overview lists without it is in groups.ts.
 */
import { Argument, type Command, Option } from 'commander'
import { ok, type Result } from '../../base/result.ts'
import type { Failure } from '../../domain/failure.ts'
import type { Printer } from '../text/print.ts'

export interface CommandBody {
  readonly arguments: readonly Argument[]
  readonly options: readonly Option[]
  readonly examples: readonly string[]
  readonly notes: readonly string[]
  readonly subcommands: readonly CommandSpec[]
  readonly run: (cli: Cli, parsed: Parsed) => Promise<Outcome>
}

interface Named {
  readonly name: string
  /** One line, in the third person: "adds a task". */
  readonly summary: string
}

export interface CommandSpec extends Named, CommandBody {}

/** A command that is not loaded yet. */
export interface CommandEntry extends Named {
  /** Its arguments: `<id> [text]`. */
  readonly usage: string
  readonly load: () => Promise<CommandBody>
}

/** What commander makes of the words of one invocation. */
export interface Parsed {
  readonly arguments: readonly unknown[]
  readonly options: Readonly<Record<string, unknown>>
}

export interface CommandGroup {
  readonly title: string
  readonly commands: readonly CommandEntry[]
}

interface ArgumentSpec<T> {
  readonly argument: Argument
  readonly read: (parsed: unknown) => T
}
interface OptionSpec<T> {
  readonly option: Option
  readonly read: (parsed: unknown) => T
}
type ArgumentSpecs = Readonly<Record<string, ArgumentSpec<unknown>>>
type OptionSpecs = Readonly<Record<string, OptionSpec<unknown>>>

/** The values of declared arguments or options, by their keys. */
export type InputOf<Specs> = {
  readonly [K in keyof Specs]: Specs[K] extends { readonly read: (parsed: unknown) => infer T }
    ? T
    : never
}

interface Definition<A extends ArgumentSpecs, O extends OptionSpecs> {
  /** In the order in which they are written. */
  readonly arguments?: A
  readonly options?: O
  /** Of each set at most one may be given. */
  readonly exclusive?: readonly (readonly (keyof O)[])[]
  readonly examples?: readonly string[]
  /** Paragraphs under the options. */
  readonly notes?: readonly string[]
  readonly subcommands?: readonly CommandSpec[]
  readonly handler: (cli: Cli, input: InputOf<A> & InputOf<O>) => Promise<Outcome>
}

export function defineCommand<
  A extends ArgumentSpecs = Record<never, never>,
  O extends OptionSpecs = Record<never, never>,
>(definition: Definition<A, O>): CommandBody {
  const { examples = [], notes = [], subcommands = [], handler } = definition
  const args = Object.entries(definition.arguments ?? {})
  const options = Object.entries(definition.options ?? {})
  for (const set of definition.exclusive ?? []) excludeEachOther(set, definition.options)
  const inputOf = (parsed: Parsed): unknown =>
    Object.fromEntries([
      ...args.map(([key, { read }], index) => [key, read(parsed.arguments[index])]),
      ...options.map(([key, { option, read }]) => [
        key,
        read(parsed.options[option.attributeName()]),
      ]),
    ])
  return {
    arguments: args.map(([, { argument }]) => argument),
    options: options.map(([, { option }]) => option),
    examples,
    notes,
    subcommands,
    // Each value was read by the declaration that its type is inferred from.
    run: (cli, parsed) => handler(cli, inputOf(parsed) as InputOf<A> & InputOf<O>),
  }
}

/** A command below another, which is loaded with that. */
export function defineSubcommand<
  A extends ArgumentSpecs = Record<never, never>,
  O extends OptionSpecs = Record<never, never>,
>(definition: Named & Definition<A, O>): CommandSpec {
  const { name, summary } = definition
  return { name, summary, ...defineCommand(definition) }
}

function excludeEachOther<O extends OptionSpecs>(
  keys: readonly (keyof O)[],
  options: O | undefined,
): void {
  const set = keys.flatMap((key) => options?.[key]?.option ?? [])
  for (const [index, option] of set.entries())
    option.conflicts(set.slice(index + 1).map((other) => other.attributeName()))
}

type Parse<T> = (text: string) => T

/** `<name>` must be given, `[name]` may be; `...` after the name takes all that follow. */
type ArgumentValue<F extends string, T> = F extends `${string}...${string}`
  ? readonly T[]
  : F extends `<${string}`
    ? T
    : T | undefined

function defineArgument<const F extends string>(
  flags: F,
  summary: string,
): ArgumentSpec<ArgumentValue<F, string>>
function defineArgument<const F extends string, T>(
  flags: F,
  summary: string,
  parse: Parse<T>,
): ArgumentSpec<ArgumentValue<F, T>>
function defineArgument<T>(
  flags: string,
  summary: string,
  parse?: Parse<T>,
): ArgumentSpec<unknown> {
  const argument = new Argument(flags, summary)
  if (parse && argument.variadic) argument.argParser(appended((text) => [parse(text)]))
  else if (parse) argument.argParser(parse)
  return {
    argument,
    read: (parsed) => parsed ?? (argument.variadic ? [] : undefined),
  }
}

export const argument = Object.assign(defineArgument, {
  oneOf: <const C extends readonly string[]>(
    flags: `<${string}>`,
    summary: string,
    choices: C,
  ): ArgumentSpec<C[number]> => ({
    argument: new Argument(flags, summary).choices(choices),
    read: (parsed) => parsed as C[number],
  }),
})

/** An option with a value is undefined when it was not given; one without is true or false. */
type OptionValue<F extends string, T> = F extends `${string}<${string}` ? T | undefined : boolean

function defineOption<const F extends string>(
  flags: F,
  summary: string,
): OptionSpec<OptionValue<F, string>>
function defineOption<const F extends string, T>(
  flags: F,
  summary: string,
  parse: Parse<T>,
): OptionSpec<OptionValue<F, T>>
function defineOption<T>(flags: string, summary: string, parse?: Parse<T>): OptionSpec<unknown> {
  const option = new Option(flags, summary)
  if (parse) option.argParser(parse)
  return { option, read: (parsed) => (option.required ? parsed : parsed === true) }
}

export const option = Object.assign(defineOption, {
  /** Help, its first line and the docs all say that it must be given. */
  required: (flags: string, summary: string): OptionSpec<string> => ({
    option: new Option(flags, `${summary} (required)`).makeOptionMandatory(),
    read: String,
  }),
  oneOf: <const C extends readonly string[]>(
    flags: string,
    summary: string,
    choices: C,
  ): OptionSpec<C[number] | undefined> => ({
    option: new Option(flags, summary).choices(choices),
    read: (parsed) => parsed as C[number] | undefined,
  }),
  /** Given again for more; `parse` may find several values in one text. */
  list: (
    flags: string,
    summary: string,
    parse: Parse<readonly string[]> = (text) => [text],
  ): OptionSpec<readonly string[] | undefined> => ({
    option: new Option(flags, summary).argParser(appended(parse)),
    read: (parsed) => parsed as readonly string[] | undefined,
  }),
})

/** commander hands over the list so far, which is undefined at first. */
const appended =
  <T>(parse: Parse<readonly T[]>) =>
  (text: string, before: readonly T[] | undefined): readonly T[] => [
    ...(before ?? []),
    ...parse(text),
  ]

/** The process as a command sees it; a test makes its own. */
export interface Machine {
  readonly argv: readonly string[]
  readonly env: NodeJS.ProcessEnv
  readonly cwd: string
  readonly stdin: NodeJS.ReadStream
  readonly stdout: NodeJS.WriteStream
  readonly stderr: NodeJS.WriteStream
  /** The project's own folder, with a slash at its end. */
  readonly root: URL
  /** The file that the command was started with: source or built. */
  readonly entry: URL
  /** Aborted when stdout is not read any more. */
  readonly gone: AbortSignal
}

export interface Cli {
  readonly machine: Machine
  readonly print: Printer
  /** `--dir`, as it was written; null = YARD_DIR or walking up decides. */
  readonly dir: string | null
  readonly version: string
  /** For commands that speak of others: all of them, declared whole where their name is among `names`, or without any. */
  readonly tree: (names?: readonly string[]) => Promise<Command>
  /** Sent with the command's one change of state, so that repeating it after a lost answer changes nothing twice. */
  readonly commandId: string
}

/** The exit code of a command, or why it failed. */
export type Outcome = Result<number, Failure>

/** Prints a reply: as JSON, or for people what `show` prints, or the line that it gives. */
export function printed<T>(
  { print }: Cli,
  reply: T,
  show: (reply: T) => string | undefined | void,
): Outcome {
  print.result(reply, () => {
    const line = show(reply)
    if (line !== undefined) print.line(line)
  })
  return ok(0)
}
