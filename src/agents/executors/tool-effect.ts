/** Whether a tool call may have changed something: the evidence of work where there is no git to ask. */

const READING =
  /^(ls|cat|head|tail|wc|grep|rg|find|fd|pwd|echo|stat|file|which|env|date|whoami|tree|du|df|ps|true|test)\b/
const READING_GIT = /^git (status|log|diff|show|branch --show-current|rev-parse|ls-files|blame)\b/
/** Redirection, substitution or a second command: too much to be judged by its first word. */
const COMPOUND = /[>;&|`\n]|\$\(|-exec\b|-delete\b/

/** A shell line is taken to change things unless it plainly only reads. */
export function mayChangeThings(shellLine: string): boolean {
  const line = shellLine.trim()
  return COMPOUND.test(line) || !(READING.test(line) || READING_GIT.test(line))
}
