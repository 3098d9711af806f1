/** The files of a worktree as a commit on top of its HEAD, made in an index of our own. */
import { copyFile, lstat, open, rename, rm, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { errorCode } from '../../../base/text.ts'
import { attempted, diskFailure, GitError, onDisk } from '../git-failure.ts'
import { readLine, rowsOf, SLOW_MS, type Git, type GitOutput } from '../git.ts'
import { treeOf } from '../repository.ts'
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

/** For `git status`: it would run git in each nested repository, by the settings of that one. */
export const NO_NESTED = '--ignore-submodules=dirty'

export async function snapshot(checkout: Checkout, info: CommitInfo): Promise<Snapshot> {
  const indexFile = join(checkout.gitDir, 'yard-collect-index')
  await copyIndex(checkout.gitDir, indexFile)
  const git: Git = (args, options) =>
    checkout.git(args, {
      timeoutMs: SLOW_MS,
      ...options,
      env: { ...options?.env, GIT_INDEX_FILE: indexFile },
    })
  const unhidden = await showHidden(git)
  const nested = await nestedRepositories(git, checkout.path)
  const added = await addBeside(git, nested)
  await linkNested(git, nested)
  const stray = await dropStrayGitlinks(git, info.base)
  const notes = [...unhidden, ...unaddedNotes(added.stderr), ...stray]
  return { ...(await commitIndex(git, checkout.head, info)), indexFile, notes }
}

function addBeside(git: Git, nested: readonly string[]): Promise<GitOutput> {
  const args = ['add', '--all', '--ignore-errors']
  if (nested.length === 0) return git(args, { expect: [0, 1] })
  const specs = ['.', ...nested.map((path) => `:(exclude,top,literal)${path}`)]
  return git([...args, '--pathspec-from-file=-', '--pathspec-file-nul'], {
    expect: [0, 1],
    input: specs.map((spec) => `${spec}\0`).join(''),
  })
}

/** Makes our index the worktree's, the way git does it: under `index.lock`, by rename. Says so when it could not. */
export async function installIndex(checkout: Checkout, indexFile: string): Promise<string[]> {
  const index = join(checkout.gitDir, 'index')
  const lock = `${index}.lock`
  try {
    const handle = await open(lock, 'wx')
    await handle.close()
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw new GitError(diskFailure(lock, error))
    await rm(indexFile, { force: true })
    return [
      `${lock} was left behind, so the worktree's index is not refreshed; remove that file if no git is running there`,
    ]
  }
  try {
    // Over the lock and from there over the index: whoever looks sees the old index or the new one.
    await rename(indexFile, lock)
    await rename(lock, index)
    return []
  } catch (error) {
    await rm(lock, { force: true })
    throw new GitError(diskFailure(index, error))
  }
}

const copyIndex = (gitDir: string, to: string): Promise<void> =>
  onDisk(to, async () => {
    await Promise.all([to, `${to}.lock`].map((file) => rm(file, { force: true })))
    const index = join(gitDir, 'index')
    try {
      const { mtimeMs } = await stat(index)
      await copyFile(index, to)
      // git looks into a file as new as the index, for it may have changed in the same tick; a copy with today's date would
      // hide such a change. Whole seconds, rounded down, only make git look at more files.
      await utimes(to, Math.floor(mtimeMs / 1000), Math.floor(mtimeMs / 1000))
    } catch (error) {
      // Without an index git starts from an empty one, and adding everything fills it.
      if (errorCode(error) !== 'ENOENT') throw error
    }
  })

/** Files marked assume-unchanged hide their changes from status and add; in our copy of the index the marks are cleared. */
async function showHidden(git: Git): Promise<string[]> {
  const hidden = rowsOf(await git(['ls-files', '-v', '-z'])).filter((row) => /^[a-z] /.test(row))
  if (hidden.length === 0) return []
  const input = hidden.map((row) => `${row.slice(2)}\0`).join('')
  await git(['update-index', '--no-assume-unchanged', '-z', '--stdin'], { input })
  return [`${hidden.length} files were marked assume-unchanged; their changes are in the result`]
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
): Promise<Pick<Snapshot, 'commit' | 'isNew'>> {
  const tree = await readLine(git(['write-tree']))
  if (tree === (await treeOf(git, head))) return { commit: head, isNew: false }
  const args = ['commit-tree', tree, '-p', head, '-F', '-']
  const input = messageOf(info)
  return { commit: await readLine(git(args, { input, env: await identity(git) })), isNew: true }
}

export const YARD_IDENTITY: Record<string, string> = {
  GIT_AUTHOR_NAME: 'Yardmaster',
  GIT_AUTHOR_EMAIL: 'yard@localhost',
  GIT_COMMITTER_NAME: 'Yardmaster',
  GIT_COMMITTER_EMAIL: 'yard@localhost',
}

/** The repository's user when one is configured whole; else ours, so that a machine without any can collect too. */
export async function identity(git: Git): Promise<Record<string, string>> {
  const valueOf = async (key: string): Promise<string> => {
    const read = await attempted(() => readLine(git(['config', '--get', key], { expect: [0, 1] })))
    return read.ok ? read.value : ''
  }
  const isNamed = /[^\s.,:;<>"'\\]/.test(await valueOf('user.name'))
  return isNamed && (await valueOf('user.email')) !== '' ? {} : YARD_IDENTITY
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
async function dropStrayGitlinks(git: Git, base: string): Promise<string[]> {
  const args = ['diff-index', '--cached', '--raw', '-z', '--no-abbrev', '--no-renames', base, '--']
  const links = readChanges(rowsOf(await git(args))).filter((change) => change.newMode === GITLINK)
  if (links.length === 0) return []
  const named = await submodulePaths(git)
  const stray = links.filter((change) => !named.has(change.path))
  if (stray.length === 0) return []
  const input = stray
    .map(({ oldMode, oldId, path }) =>
      oldMode === GONE
        ? `0 ${'0'.repeat(oldId.length)}\t${path}\0`
        : `${oldMode} ${oldId}\t${path}\0`,
    )
    .join('')
  await git(['update-index', '-z', '--index-info'], { input })
  return stray.map(
    ({ path }) =>
      `${path} is a repository of its own that .gitmodules does not name; it stays in the worktree and is not in the result`,
  )
}

/** `:oldmode newmode oldid newid status NUL path NUL` … */
function readChanges(fields: readonly string[]): Change[] {
  const changes: Change[] = []
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const [oldMode = '', newMode = '', oldId = ''] = (fields[at] ?? '').slice(1).split(' ')
    changes.push({ oldMode, newMode, oldId, path: fields[at + 1] ?? '' })
  }
  return changes
}

/** From the `.gitmodules` of the same index, which is what the commit will hold. */
async function submodulePaths(git: Git): Promise<ReadonlySet<string>> {
  const args = ['config', '--blob', ':.gitmodules', '-z', '--get-regexp', '^submodule\\..*\\.path$']
  // 1: names nothing; 128: there is no such file.
  const listed = await git(args, { expect: [0, 1, 128] })
  const rows = listed.exitCode === 0 ? rowsOf(listed) : []
  return new Set(rows.map((row) => row.slice(row.indexOf('\n') + 1)))
}

/**
 * Paths in the index that are repositories with files of their own in the checkout. Git would run itself in them to see whether they
 * have changed, and with it the filters that they name: an agent may have made them.
 */
async function nestedRepositories(git: Git, checkout: string): Promise<string[]> {
  const links = rowsOf(await git(['ls-files', '--stage', '-z']))
    .filter((row) => row.startsWith(GITLINK))
    .map((row) => row.slice(row.indexOf('\t') + 1))
  const nested: string[] = []
  for (const path of links)
    if ((await lstat(join(checkout, path, '.git')).catch(() => null)) !== null) nested.push(path)
  return nested
}

/** Puts into the index which commit each of them is at; git looks that up without running itself there. */
async function linkNested(git: Git, paths: readonly string[]): Promise<void> {
  const input = paths.map((path) => `${path}\0`).join('')
  if (input !== '') await git(['update-index', '-z', '--stdin'], { input })
}
