/** What a tool call does, by its name and input: whether it may change something, and its line for display. */
import { oneLine } from '../../../domain/output.ts'
import { textAt, type JsonObject } from './json-event.ts'

const READING =
  /^(ls|cat|head|tail|wc|grep|rg|find|fd|pwd|echo|stat|file|which|env|date|whoami|tree|du|df|ps|true|test)\b/
const READING_GIT = /^git (status|log|diff|show|branch --show-current|rev-parse|ls-files|blame)\b/
/** Redirection, substitution or a second command: the first word does not decide. */
const COMPOUND = /[>;&|`\n]|\$\(|-exec\b|-delete\b/

/** A shell line counts as a change unless it plainly only reads: the evidence of work where there is no git repository. */
export function mayChangeThings(shellLine: string): boolean {
  const line = shellLine.trim()
  return COMPOUND.test(line) || !(READING.test(line) || READING_GIT.test(line))
}

/** Names of a CLI's tools that can change something. */
export interface ChangingTools {
  readonly editing: ReadonlySet<string>
  /** Tools whose input has the shell line in `command`. */
  readonly shell: ReadonlySet<string>
}

export function isChange(
  { editing, shell }: ChangingTools,
  name: string,
  input: JsonObject | null,
): boolean {
  const line = shell.has(name) ? textAt(input, 'command') : null
  return editing.has(name) || (line !== null && mayChangeThings(line))
}

/** Input fields that describe a call best, the best first. */
const DESCRIPTIVE = [
  'command',
  'file_path',
  'filePath',
  'path',
  'pattern',
  'query',
  'url',
  'description',
  'prompt',
]

/** One line. */
export function summaryOf(input: JsonObject | null): string {
  for (const key of DESCRIPTIVE) {
    const value = textAt(input, key)
    if (value !== null) return oneLine(value)
  }
  return ''
}
