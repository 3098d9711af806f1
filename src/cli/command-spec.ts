/** A command as data: its words, what it does, and the file that does it. Help, completion and docs/cli.md are all made from these. */
import { Argument, Option } from 'commander'
import type { Cli, Outcome } from './cli.ts'
import type { Words } from './words.ts'

export type Verb = (cli: Cli, words: Words) => Promise<Outcome>

export interface CommandSpec {
  readonly name: string
  /** One line, in the third person: "adds a task". */
  readonly does: string
  readonly args?: readonly Argument[]
  readonly options?: readonly Option[]
  readonly examples?: readonly string[]
  /** Paragraphs under the options. */
  readonly notes?: readonly string[]
  /** Loaded when the command runs, so that others start without it. Missing where only `below` can be called. */
  readonly run?: () => Promise<Verb>
  readonly below?: readonly CommandSpec[]
}

export interface CommandGroup {
  readonly title: string
  readonly commands: readonly CommandSpec[]
}

/** A parser may be called again for each value of a list, with the list so far. */
type Parse<T> = (text: string, before: T | undefined) => unknown

export function arg<T>(flags: string, does: string, parse?: Parse<T>): Argument {
  const argument = new Argument(flags, does)
  return parse
    ? argument.argParser<T>(parse as (text: string, before: T | undefined) => T)
    : argument
}

export function opt<T>(flags: string, does: string, parse?: Parse<T>): Option {
  const option = new Option(flags, does)
  return parse ? option.argParser<T>(parse as (text: string, before: T | undefined) => T) : option
}

/** An option that must be there: help, its first line and the docs all say so. */
export const must = (flags: string, does: string): Option =>
  new Option(flags, `${does} (required)`).makeOptionMandatory()

export const oneOf = (flags: string, does: string, choices: readonly string[]): Option =>
  new Option(flags, does).choices(choices)
