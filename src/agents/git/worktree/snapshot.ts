/** The files of a worktree as a commit on top of its HEAD, made in an index of our own. */
import { copyFile, lstat, open, rename, rm, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { err, ok, type Result } from '../../../base/result.ts'
import { errorCode } from '../../../base/text.ts'
import { diskFailure, type GitFailure } from '../git-failure.ts'
import { readLine, type Git, type GitResult } from '../git.ts'
import type { Checkout } from './checkout.ts'

export interface Snapshot {
  /** HEAD itself when nothing was uncommitted. */
  readonly commit: string
  readonly isNew: boolean
  /** The index that fits the commit; becomes the worktree's own. Null where that stays as it is. */
  readonly indexFile: string | null
  readonly notes: readonly string[]
}

interface CommitInfo {
  readonly base: string
  readonly agentId: string
  readonly taskId: string
  readonly taskTitle: string
}

const SLOW_MS = 15 * 60_000

/** For `git status`: it would run git in each nested repository, by the settings of that one. */
export const NO_NESTED = '--ignore-submodules=dirty'

export async function snapshot(
  checkout: Checkout,
  info: CommitInfo,
): Promise<Result<Snapshot, GitFailure>> {
  const indexFile = join(checkout.gitDir, 'yard-collect-index')
  const copied = await copyIndex(checkout.gitDir, indexFile)
  if (!copied.ok) return copied
  const git: Git = (args, options) =>
    checkout.git(args, {
      timeoutMs: SLOW_MS,
      ...options,
      env: { ...options?.env, GIT_INDEX_FILE: indexFile },
    })
  const unhidden = await showHidden(git)
  if (!unhidden.ok) return unhidden
  const nested = await nestedRepositories(git, checkout.path)
  if (!nested.ok) return nested
  const added = await addBeside(git, nested.value)
  if (!added.ok) return added
  const linked = await linkNested(git, nested.value)
  if (!linked.ok) return linked
  const stray = await dropStrayGitlinks(git, info.base)
  if (!stray.ok) return stray
  const notes = [...unhidden.value, ...unaddedNotes(added.value.stderr), ...stray.value]
  const made = await commitIndex(git, checkout.head, info)
  return made.ok ? ok({ ...made.value, indexFile, notes }) : made
}

function addBeside(git: Git, nested: readonly string[]): GitResult {
  const args = ['add', '--all', '--ignore-errors']
  if (nested.length === 0) return git(args, { expect: [0, 1] })
  const specs = ['.', ...nested.map((path) => `:(exclude,top,literal)${path}`)]
  return git([...args, '--pathspec-from-file=-', '--pathspec-file-nul'], {
    expect: [0, 1],
    input: specs.map((spec) => `${spec}\0`).join(''),
  })
}

/** Makes our index the worktree's, the way git does it: under `index.lock`, by rename. Says so when it could not. */
export async function installIndex(
  checkout: Checkout,
  indexFile: string,
): Promise<Result<string[], GitFailure>> {
  const index = join(checkout.gitDir, 'index')
  const lock = `${index}.lock`
  try {
    const handle = await open(lock, 'wx')
    await handle.close()
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') return err(diskFailure(lock, error))
    await rm(indexFile, { force: true })
    return ok([
      `${lock} was left behind, so the worktree's index is not refreshed; remove that file if no git is running there`,
    ])
  }
  try {
    // Over the lock and from there over the index: whoever looks sees the old index or the new one.
    await rename(indexFile, lock)
    await rename(lock, index)
    return ok([])
  } catch (error) {
    await rm(lock, { force: true })
    return err(diskFailure(index, error))
  }
}

async function copyIndex(gitDir: string, to: string): Promise<Result<void, GitFailure>> {
  try {
    await Promise.all([to, `${to}.lock`].map((file) => rm(file, { force: true })))
    const index = join(gitDir, 'index')
    const { mtimeMs } = await stat(index)
    await copyFile(index, to)
    // git looks into a file as new as the index, for it may have changed in the same tick; a copy with today's date would
    // hide such a change. Whole seconds, rounded down, only make git look at more files.
    await utimes(to, Math.floor(mtimeMs / 1000), Math.floor(mtimeMs / 1000))
  } catch (error) {
    // Without an index git starts from an empty one, and adding everything fills it.
    if (errorCode(error) !== 'ENOENT') return err(diskFailure(to, error))
  }
  return ok(undefined)
}

/** Files marked assume-unchanged hide their changes from status and add; in our copy of the index the marks are cleared. */
async function showHidden(git: Git): Promise<Result<string[], GitFailure>> {
  const listed = await git(['ls-files', '-v', '-z'])
  if (!listed.ok) return listed
  const hidden = listed.value.stdout.split('\0').filter((entry) => /^[a-z] /.test(entry))
  if (hidden.length === 0) return ok([])
  const input = hidden.map((entry) => `${entry.slice(2)}\0`).join('')
  const shown = await git(['update-index', '--no-assume-unchanged', '-z', '--stdin'], { input })
  if (!shown.ok) return shown
  return ok([
    `${hidden.length} files were marked assume-unchanged; their changes are in the result`,
  ])
}

function unaddedNotes(stderr: string): string[] {
  const lines = stderr.split('\n').filter((line) => line.startsWith('error: '))
  return lines
    .slice(0, 10)
    .map((line) => `git could not add a file: ${line.slice('error: '.length)}`)
}

async function commitIndex(
  git: Git,
  head: string,
  info: CommitInfo,
): Promise<Result<{ commit: string; isNew: boolean }, GitFailure>> {
  const tree = await readLine(git(['write-tree']))
  if (!tree.ok) return tree
  const before = await readLine(git(['rev-parse', '--verify', `${head}^{tree}`]))
  if (!before.ok) return before
  if (before.value === tree.value) return ok({ commit: head, isNew: false })
  const env = await identity(git)
  const commit = await readLine(
    git(['commit-tree', tree.value, '-p', head, '-F', '-'], { input: messageOf(info), env }),
  )
  return commit.ok ? ok({ commit: commit.value, isNew: true }) : commit
}

export const YARD_IDENTITY: Record<string, string> = {
  GIT_AUTHOR_NAME: 'Yardmaster',
  GIT_AUTHOR_EMAIL: 'yard@localhost',
  GIT_COMMITTER_NAME: 'Yardmaster',
  GIT_COMMITTER_EMAIL: 'yard@localhost',
}

/** The repository's user when one is configured whole; else ours, so that a machine without any can collect too. */
export async function identity(git: Git): Promise<Record<string, string>> {
  const name = await readLine(git(['config', '--get', 'user.name'], { expect: [0, 1] }))
  const email = await readLine(git(['config', '--get', 'user.email'], { expect: [0, 1] }))
  if (name.ok && email.ok && /[^\s.,:;<>"'\\]/.test(name.value) && email.value !== '') return {}
  return YARD_IDENTITY
}

function messageOf(info: CommitInfo): string {
  const title = oneLine(info.taskTitle).slice(0, 200) || oneLine(info.taskId)
  return `yard: ${title}\n\nYard-Task: ${oneLine(info.taskId)}\nYard-Agent: ${info.agentId}\n`
}

/** Titles are anybody's text: no line break may start a trailer of its own, and git refuses a NUL. */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ').trim()
}

// Nested repositories: a gitlink that `.gitmodules` does not name points at commits that exist in this worktree only.

const GITLINK = '160000'
const GONE = '000000'

interface Change {
  readonly oldMode: string
  readonly newMode: string
  readonly oldId: string
  readonly path: string
}

/** Puts every such path of the index back to what the base has there, and says so. `git` must be bound to that index. */
async function dropStrayGitlinks(git: Git, base: string): Promise<Result<string[], GitFailure>> {
  const args = ['diff-index', '--cached', '--raw', '-z', '--no-abbrev', '--no-renames', base, '--']
  const compared = await git([...args])
  if (!compared.ok) return compared
  const links = readChanges(compared.value.stdout).filter((change) => change.newMode === GITLINK)
  if (links.length === 0) return ok([])
  const named = await submodulePaths(git)
  if (!named.ok) return named
  const stray = links.filter((change) => !named.value.has(change.path))
  if (stray.length === 0) return ok([])
  const input = stray
    .map(({ oldMode, oldId, path }) =>
      oldMode === GONE
        ? `0 ${'0'.repeat(oldId.length)}\t${path}\0`
        : `${oldMode} ${oldId}\t${path}\0`,
    )
    .join('')
  const updated = await git(['update-index', '-z', '--index-info'], { input })
  if (!updated.ok) return updated
  return ok(
    stray.map(
      ({ path }) =>
        `${path} is a repository of its own that .gitmodules does not name; it stays in the worktree and is not in the result`,
    ),
  )
}

/** `:oldmode newmode oldid newid status NUL path NUL` … */
function readChanges(raw: string): Change[] {
  const fields = raw.split('\0')
  const changes: Change[] = []
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const [oldMode = '', newMode = '', oldId = ''] = (fields[at] ?? '').slice(1).split(' ')
    changes.push({ oldMode, newMode, oldId, path: fields[at + 1] ?? '' })
  }
  return changes
}

/** From the `.gitmodules` of the same index, which is what the commit will hold. */
async function submodulePaths(git: Git): Promise<Result<Set<string>, GitFailure>> {
  const args = ['config', '--blob', ':.gitmodules', '-z', '--get-regexp', '^submodule\\..*\\.path$']
  // 1: names nothing; 128: there is no such file.
  const listed = await git(args, { expect: [0, 1, 128] })
  if (!listed.ok) return listed
  if (listed.value.exitCode !== 0) return ok(new Set())
  const rows = listed.value.stdout.split('\0').filter((row) => row !== '')
  return ok(new Set(rows.map((row) => row.slice(row.indexOf('\n') + 1))))
}

/**
 * Paths in the index that are repositories with files of their own in the checkout. Git would run itself in them to see whether they
 * have changed, and with it the filters that they name: an agent may have made them.
 */
async function nestedRepositories(
  git: Git,
  checkout: string,
): Promise<Result<string[], GitFailure>> {
  const listed = await git(['ls-files', '--stage', '-z'])
  if (!listed.ok) return listed
  const links = listed.value.stdout
    .split('\0')
    .filter((row) => row.startsWith(GITLINK))
    .map((row) => row.slice(row.indexOf('\t') + 1))
  const nested: string[] = []
  for (const path of links)
    if ((await lstat(join(checkout, path, '.git')).catch(() => null)) !== null) nested.push(path)
  return ok(nested)
}

/** Puts into the index which commit each of them is at; git looks that up without running itself there. */
async function linkNested(git: Git, paths: readonly string[]): Promise<Result<void, GitFailure>> {
  if (paths.length === 0) return ok(undefined)
  const input = paths.map((path) => `${path}\0`).join('')
  const linked = await git(['update-index', '-z', '--stdin'], { input })
  return linked.ok ? ok(undefined) : linked
}
