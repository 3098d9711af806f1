/**
 * What can go wrong between us and git. Inside this folder it is thrown, so that what is done with git reads as a list of steps; what the
 * folder gives to others is a value (`attempted`). Nobody outside reads git's prose.
 */
import { err, ok, type Result } from '../../base/result.ts'
import { errorCode } from '../../base/text.ts'
import { isDiskFull } from '../process/stage-files.ts'

export type GitProblem =
  | 'git-missing'
  | 'git-too-old'
  | 'no-such-folder'
  | 'not-a-repository'
  | 'dubious-ownership'
  | 'disk-full'
  | 'no-permission'
  | 'locked'
  | 'ref-moved'
  | 'timeout'
  | 'too-much-output'
  | 'missing-commit'
  | 'unrelated-histories'
  | 'in-the-way'
  | 'branch-in-use'
  | 'no-branch'
  | 'broken-worktree'
  | 'filter-failed'
  | 'settings-changed'
  | 'command-failed'

/** `message` is one line for people: what happened, to what, and the way out. `detail` is git's own words. */
export interface GitFailure {
  readonly kind: 'git'
  readonly problem: GitProblem
  readonly message: string
  readonly detail: string
}

export const gitFailure = (problem: GitProblem, message: string, detail = ''): GitFailure => ({
  kind: 'git',
  problem,
  message,
  detail: detail.slice(0, 4000),
})

/** Never passes `attempted`. */
export class GitError extends Error {
  readonly failure: GitFailure
  constructor(failure: GitFailure) {
    super(failure.message)
    this.failure = failure
  }
}

export const gitError = (problem: GitProblem, message: string, detail?: string): GitError =>
  new GitError(gitFailure(problem, message, detail))

/** What the steps give, or the failure of git at which they ended. Any other error is thrown on. */
export async function attempted<T>(steps: () => Promise<T>): Promise<Result<T, GitFailure>> {
  try {
    return ok(await steps())
  } catch (error) {
    if (error instanceof GitError) return err(error.failure)
    throw error
  }
}

/** The opposite, for a step that is one for others too. */
export function valueOf<T>(result: Result<T, GitFailure>): T {
  if (!result.ok) throw new GitError(result.error)
  return result.value
}

/** Which words of git's mean which problem, and what is said of it. */
type Rule = readonly [GitProblem, RegExp, (where: string, detail: string) => string]

/** git's words, and those of the shell that did not find it. */
const FILTER =
  /external filter '([^']*)' failed|(?:smudge|clean) filter '?(\S+?)'? failed|subprocess '([^']*)' failed|(git-lfs)[^\n]*not found/

function filterIn(detail: string): string {
  const name = FILTER.exec(detail)?.slice(1).find(Boolean)
  return name === undefined ? 'a filter' : `the filter ${name.slice(0, 60)}`
}

const RULES: readonly Rule[] = [
  [
    'dubious-ownership',
    /dubious ownership/,
    (where) =>
      `${where} belongs to another user, so git refuses to work there; if you trust it, run: git config --global --add safe.directory "${where}"`,
  ],
  [
    'not-a-repository',
    /not a git repository|must be run in a work tree/,
    (where) =>
      `${where} is not in a git repository; run git init there, or choose a folder that is`,
  ],
  ['disk-full', /No space left on device|Disk quota exceeded/i, diskFull],
  [
    'filter-failed',
    FILTER,
    (where, detail) =>
      `${filterIn(detail)}, by which files of ${where} are stored, could not be run; install it (for Git LFS that is git-lfs) and retry`,
  ],
  [
    'ref-moved',
    /is at [0-9a-f]+ but expected|reference already exists/,
    (where) => `another git command moved a branch of ${where} at the same moment; retry`,
  ],
  [
    'locked',
    /Unable to create '[^']*\.lock'|could not lock (?:config file|ref)|cannot lock ref/,
    (where, detail) =>
      `another git command holds ${/'([^']*\.lock)'/.exec(detail)?.[1] ?? 'a lock'} in ${where}; wait for it, or remove that file if no git is running there`,
  ],
  [
    'no-permission',
    /Permission denied|Read-only file system|insufficient permission/,
    (where) => `git may not write in ${where}; make the folder writable for you and retry`,
  ],
  [
    // Git does not say why it could not.
    'disk-full',
    /unable to write (?:file|new index file|loose object file)/,
    (where) =>
      `git could not write a file in ${where} to its end, as where the disk is full; free some space and retry`,
  ],
  [
    'unrelated-histories',
    /refusing to merge unrelated histories/,
    (where) =>
      `two results in ${where} have no common history; merge them with git merge --allow-unrelated-histories, then retry`,
  ],
]

function diskFull(where: string): string {
  return `the disk of ${where} is full; free some space and retry`
}

/** Translates a git command that ended with an exit code nobody expected. */
export function failureOf(args: readonly string[], where: string, stderr: string): GitFailure {
  for (const [problem, pattern, say] of RULES)
    if (pattern.test(stderr)) return gitFailure(problem, say(where, stderr), stderr)
  const said = firstLine(stderr) || 'it said nothing'
  return gitFailure(
    'command-failed',
    `git ${commandOf(args)} failed in ${where}: ${said}; run it by hand there to see more`,
    stderr,
  )
}

function firstLine(text: string): string {
  const lines = text.split('\n').map((line) => line.trim())
  const line = lines.find((candidate) => /^(?:fatal|error):/.test(candidate)) ?? lines[0] ?? ''
  return line.replace(/^(?:fatal|error): /, '').slice(0, 300)
}

/** The command among the arguments, past options such as `--git-dir=…` and `-c key=value`. */
export const commandOf = (args: readonly string[]): string =>
  args.find((arg) => !arg.startsWith('-') && !arg.includes('=')) ?? ''

/** Translates what the file system said when we touched `path` ourselves. */
export function diskFailure(path: string, error: unknown): GitFailure {
  const isFull = isDiskFull(errorCode(error))
  const message = isFull
    ? diskFull(path)
    : `${path} cannot be written; make it writable for you and retry`
  return gitFailure(isFull ? 'disk-full' : 'no-permission', message, String(error))
}

/** Does it on the disk at `path`. */
export async function onDisk<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw error instanceof GitError ? error : new GitError(diskFailure(path, error))
  }
}

/** The first of them by name, for a sentence. */
export function someOf(names: readonly string[], most = 3): string {
  const more = names.length > most ? ` and ${names.length - most} more` : ''
  return `${names.slice(0, most).join(', ')}${more}`
}
