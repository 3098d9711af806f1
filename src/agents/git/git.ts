/**
 * Runs git for our own plumbing: argument lists only, a clean environment, no prompts, bounded output and time. Of the programs that
 * settings can name it runs no hook, monitor, external diff, editor, pager or gpg, of filters and merge drivers those that a guard
 * accepts, and all that it starts carries the guard's marker: to the yard that is no person.
 */
import { MARKER_VARIABLE } from '../../domain/ids.ts'
import { execa } from 'execa'
import { stat } from 'node:fs/promises'
import { PROVIDER_KEY_NAMES } from '../executors/launch/environment.ts'
import { signalOwnGroup } from '../process/host/process-host.ts'
import { commandOf, failureOf, GitError, gitFailure, type GitFailure } from './git-failure.ts'
import {
  changedConnection,
  guardedSettings,
  judgeSettings,
  pinsOf,
  type GitGuard,
} from './git-guard.ts'

export interface GitOutput {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

export interface GitOptions {
  readonly input?: string
  readonly env?: Readonly<Record<string, string>>
  /** Exit codes that are answers, not failures. Default: only 0. */
  readonly expect?: readonly number[]
  readonly timeoutMs?: number
  /** More output than this is a failure whose detail holds its beginning; 64 MB unless said. */
  readonly maxBytes?: number
  /** Ends it at once; it fails then. */
  readonly signal?: AbortSignal
  /** What it prints is given as it is, each byte one character. */
  readonly isBinary?: boolean
  /** The repository's own hooks run: for a push, which they may have to complete. Refused where an agent has changed them. */
  readonly withHooks?: boolean
}

/**
 * Runs git in one folder; throws a `GitError`. What the folder turns out to be is git's answer; callers that must not be misled compare
 * it.
 */
export type Git = (args: readonly string[], options?: GitOptions) => Promise<GitOutput>

/** For what writes many files. */
export const SLOW_MS = 15 * 60_000
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024
const DEFAULT_TIMEOUT_MS = 60_000
const GRACE_MS = 2_000
const IS_WINDOWS = process.platform === 'win32'

// The names of `git rev-parse --local-env-vars`, and others that change what a command means or who it acts as.
const DROPPED =
  /^(?:GIT_(?:ALTERNATE_OBJECT_DIRECTORIES|CONFIG|CONFIG_PARAMETERS|CONFIG_COUNT|OBJECT_DIRECTORY|DIR|WORK_TREE|IMPLICIT_WORK_TREE|GRAFT_FILE|INDEX_FILE|INDEX_VERSION|NO_REPLACE_OBJECTS|REPLACE_REF_BASE|PREFIX|INTERNAL_SUPER_PREFIX|SHALLOW_FILE|COMMON_DIR|NAMESPACE|REFLOG_ACTION|EXTERNAL_DIFF|DIFF_OPTS|ATTR_SOURCE|DEFAULT_REF_FORMAT|\w+_PATHSPECS|CONFIG_(?:KEY|VALUE)_\d+|AUTHOR_\w+|COMMITTER_\w+|TRACE\w*)|LANGUAGE|LC_\w+|LANG)$/

const NO_HOOKS = ['-c', 'core.hooksPath=/dev/null']
const SETTINGS = [
  ['core.fsmonitor', 'false'],
  // Not started: a commit that has to be verified is then refused.
  ['gpg.program', 'false'],
  ['gpg.openpgp.program', 'false'],
  ['gpg.ssh.program', 'false'],
  ['gpg.x509.program', 'false'],
  ['gpg.ssh.defaultKeyCommand', 'false'],
  ['log.showSignature', 'false'],
  ['push.gpgSign', 'false'],
  // A repository in the repository has settings of its own, which nobody has looked at.
  ['submodule.recurse', 'false'],
  ['push.recurseSubmodules', 'no'],
  ['gc.auto', '0'],
  ['maintenance.auto', 'false'],
  ['i18n.commitEncoding', 'UTF-8'],
  ['advice.addEmbeddedRepo', 'false'],
].flatMap(([key, value]) => ['-c', `${key}=${value}`])

/** A guard for one repository, by its common directory. */
export interface GuardedRepository extends GitGuard {
  readonly commonDir: string
}

/**
 * Commands that read refs, objects and settings and look at no file of a checkout. All others may run filters: whoever writes an index
 * compares files as new as it is with what is stored (`update-index`, `write-tree`), and `worktree remove` asks for the status.
 */
const HARMLESS_COMMANDS = new Set([
  ...['--version', 'cat-file', 'commit-tree', 'config', 'diff-tree', 'for-each-ref', 'log'],
  'ls-files',
  ...['hash-object', 'ls-tree', 'merge-base', 'mktree', 'rev-list', 'rev-parse', 'show'],
  ...['symbolic-ref', 'update-ref'],
])

const CONNECTING = new Set(['push', 'fetch', 'ls-remote'])

/** `guard`: null where no agent can have been, or where nothing is done but looking for the repository. */
export function createGit(
  folder: string,
  guard: Pick<GitGuard, 'marker'> | GuardedRepository | null,
): Git {
  const run = runGit(folder, guard?.marker ?? null)
  return async (args, options = {}) => {
    const command = commandOf(args)
    if (guard === null || !('commonDir' in guard) || HARMLESS_COMMANDS.has(command))
      return run(args, options)
    const where = args.slice(0, args.indexOf(command))
    const pins = await pinnedSettings(run, where, guard, CONNECTING.has(command))
    return run(args, { ...options, env: { ...options.env, ...pins } })
  }
}

/** Without what we set ourselves about hooks, of which nothing is run by this. `where`: options that come before the command. */
export async function listSettings(git: Git, where: readonly string[] = []): Promise<string> {
  return (await git([...where, 'config', '--list', '-z'], { withHooks: true })).stdout
}

/** As variables for git: their names may hold what its `-c` does not take. */
async function pinnedSettings(
  run: Git,
  where: readonly string[],
  guard: GuardedRepository,
  connects: boolean,
): Promise<Record<string, string>> {
  const now = guardedSettings(await listSettings(run, where), guard.commonDir)
  const judged = judgeSettings(guard, guard.commonDir, now)
  const refused = connects ? changedConnection(judged) : null
  if (refused) throw refused
  const entries = Object.entries(pinsOf(now, judged))
  const env: Record<string, string> = { GIT_CONFIG_COUNT: String(entries.length) }
  for (const [at, [key, value]] of entries.entries()) {
    env[`GIT_CONFIG_KEY_${at}`] = key
    env[`GIT_CONFIG_VALUE_${at}`] = value
  }
  return env
}

function runGit(folder: string, marker: string | null): Git {
  const mark = marker === null ? {} : { [MARKER_VARIABLE]: marker }
  return async (args, options = {}) => {
    const settings = options.withHooks ? SETTINGS : [...NO_HOOKS, ...SETTINGS]
    const running = execa('git', [...settings, ...args], {
      cwd: folder,
      env: { ...gitEnvironment(process.env, options.env), ...mark },
      extendEnv: false,
      reject: false,
      stripFinalNewline: false,
      windowsHide: true,
      detached: !IS_WINDOWS,
      maxBuffer: options.maxBytes ?? MAX_OUTPUT_BYTES,
      encoding: options.isBinary ? 'latin1' : 'utf8',
      ...(options.input === undefined ? { stdin: 'ignore' as const } : { input: options.input }),
    })
    const limit = limitTime(running.pid, options)
    const result = await running
    limit.end()
    const { exitCode, stdout, stderr } = result
    const fail = (failure: GitFailure): never => {
      throw new GitError(failure)
    }
    if (limit.hasPassed()) fail(tooSlow(args, folder))
    if (result.isMaxBuffer)
      fail(tooMuch(args, folder, options.maxBytes === undefined ? '' : stdout))
    if (exitCode === undefined) return fail(await notStarted(args, folder, result))
    if (!(options.expect ?? [0]).includes(exitCode)) fail(failureOf(args, folder, stderr))
    return { exitCode, stdout, stderr }
  }
}

/** The same, but what is missing in the repository is not fetched: its settings say from where and by which program. */
export const withoutRemotes =
  (git: Git): Git =>
  (args, options) =>
    git(args, {
      ...options,
      env: { ...options?.env, GIT_ALLOW_PROTOCOL: 'none', GIT_NO_LAZY_FETCH: '1' },
    })

/**
 * Ends git together with its filters: one that hangs would hold the output open long after git itself is gone. The polite
 * signal comes first, for it lets git remove its lock files.
 */
function limitTime(
  pid: number | undefined,
  { timeoutMs = DEFAULT_TIMEOUT_MS, signal }: Pick<GitOptions, 'timeoutMs' | 'signal'>,
) {
  let passed = false
  const stop = (signal: NodeJS.Signals) => {
    passed = true
    if (pid !== undefined) signalOwnGroup(pid, signal)
  }
  const ask = setTimeout(() => stop('SIGTERM'), timeoutMs)
  const force = setTimeout(() => stop('SIGKILL'), timeoutMs + GRACE_MS)
  const abort = (): void => stop('SIGKILL')
  signal?.addEventListener('abort', abort, { once: true })
  if (signal?.aborted) abort()
  return {
    hasPassed: () => passed,
    end() {
      clearTimeout(ask)
      clearTimeout(force)
      signal?.removeEventListener('abort', abort)
    },
  }
}

/**
 * The environment of a git child: the caller's, less all that could point git at another repository, index or person, and less the
 * keys of models, which nothing that git starts needs.
 */
export function gitEnvironment(
  from: Readonly<Record<string, string | undefined>>,
  extra: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const kept: Record<string, string> = {}
  for (const [name, value] of Object.entries(from)) {
    if (value !== undefined && !DROPPED.test(name) && !PROVIDER_KEY_NAMES.includes(name))
      kept[name] = value
  }
  return {
    ...kept,
    LC_ALL: 'C',
    GIT_TERMINAL_PROMPT: '0',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_EDITOR: 'true',
    GIT_SEQUENCE_EDITOR: 'true',
    GIT_PAGER: 'cat',
    ...extra,
  }
}

/** The trimmed standard output of a command whose only answer is that. */
export const readLine = async (run: Promise<GitOutput>): Promise<string> =>
  (await run).stdout.trim()

/** What it printed with a NUL after each. */
export const rowsOf = ({ stdout }: GitOutput): string[] =>
  stdout.split('\0').filter((row) => row !== '')

/** True for exit 0, false for exit 1. The caller must have made sure that every name resolves: git says 1 for that too. */
export const answers = async (git: Git, args: readonly string[]): Promise<boolean> =>
  (await git(args, { expect: [0, 1] })).exitCode === 0

function tooSlow(args: readonly string[], folder: string): GitFailure {
  return gitFailure(
    'timeout',
    `git ${commandOf(args)} in ${folder} did not end in time and was stopped; look whether the disk or a filter hangs, then retry`,
  )
}

/** The detail is whole: whoever gave a bound shows what came until there. */
const tooMuch = (args: readonly string[], folder: string, detail: string): GitFailure => ({
  kind: 'git',
  problem: 'too-much-output',
  message: `git ${commandOf(args)} in ${folder} answered with more than 64 MB; ignore generated files in .gitignore and retry`,
  detail,
})

interface Unstarted {
  readonly code?: string | undefined
  readonly stderr: string
  readonly shortMessage?: string | undefined
}

async function notStarted(
  args: readonly string[],
  folder: string,
  { code, stderr, shortMessage = '' }: Unstarted,
): Promise<GitFailure> {
  const found = await stat(folder).catch(() => null)
  if (!found?.isDirectory())
    return gitFailure('no-such-folder', `${folder} is not a folder; it was moved or removed`)
  if (code === 'ENOENT')
    return gitFailure('git-missing', 'git is not on the PATH; install git 2.38 or newer and retry')
  return failureOf(args, folder, stderr || shortMessage)
}
