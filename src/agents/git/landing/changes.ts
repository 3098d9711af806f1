/** What lies between two commits, for people: files with their measure, commits, and patches of bounded size. */
import { createHash } from 'node:crypto'
import type { Result } from '../../../base/result.ts'
import { attempted, GitError, type GitFailure } from '../git-failure.ts'
import type { Git } from '../git.ts'
import { oneLine } from '../worktree/snapshot.ts'

export interface ChangedFile {
  readonly path: string
  /** Where it was before; null unless it was renamed or copied. */
  readonly oldPath: string | null
  readonly status: 'added' | 'modified' | 'deleted' | 'renamed' | 'copied' | 'type-changed'
  /** Lines; null for a binary file. */
  readonly insertions: number | null
  readonly deletions: number | null
  readonly binary: boolean
}

export interface ChangeCommit {
  readonly id: string
  readonly subject: string
  readonly author: string
  /** Seconds since 1970. */
  readonly at: number
}

export interface FilePatch {
  readonly path: string
  readonly oldPath: string | null
  /** Unified diff with its header; empty where there is nothing to be shown. */
  readonly patch: string
  /** There is more of it than is told here. */
  readonly truncated: boolean
}

const MAX_FILES = 5000
const MAX_COMMITS = 500
const MAX_FILE_BYTES = 400_000
const MAX_PATCHES = 500

// Nothing of the repository's or the person's own that could run a program, colour, or change the form.
const PLAIN = ['-r', '-M', '--no-ext-diff', '--no-textconv', '--no-color', '--submodule=short']
const STATUS: Readonly<Record<string, ChangedFile['status']>> = {
  A: 'added',
  M: 'modified',
  D: 'deleted',
  R: 'renamed',
  C: 'copied',
  T: 'type-changed',
}

export interface ChangeList {
  readonly files: readonly ChangedFile[]
  readonly isCut: boolean
}

export const changedFiles = (
  git: Git,
  base: string,
  result: string,
): Promise<Result<ChangeList, GitFailure>> =>
  attempted(async () => {
    const named = await git(['diff-tree', ...PLAIN, '-z', '--name-status', base, result, '--'])
    const counted = await git(['diff-tree', ...PLAIN, '-z', '--numstat', base, result, '--'])
    const counts = readCounts(counted.stdout)
    const files = readNames(named.stdout).map(({ status, path, oldPath }): ChangedFile => {
      const [insertions = null, deletions = null] = counts.get(path) ?? []
      return { path, oldPath, status, insertions, deletions, binary: insertions === null }
    })
    return { files: files.slice(0, MAX_FILES), isCut: files.length > MAX_FILES }
  })

/** `M NUL path NUL`, and for a rename `R100 NUL old NUL new NUL`. */
function readNames(text: string): Pick<ChangedFile, 'status' | 'path' | 'oldPath'>[] {
  const fields = text.split('\0')
  const files: Pick<ChangedFile, 'status' | 'path' | 'oldPath'>[] = []
  for (let at = 0; at + 1 < fields.length;) {
    const status = STATUS[(fields[at] ?? '').slice(0, 1)] ?? 'modified'
    const hasTwo = status === 'renamed' || status === 'copied'
    const [first = '', second = ''] = fields.slice(at + 1, at + 3)
    files.push({ status, path: hasTwo ? second : first, oldPath: hasTwo ? first : null })
    at += hasTwo ? 3 : 2
  }
  return files
}

/** `+ TAB - TAB path NUL`, and for a rename `+ TAB - TAB NUL old NUL new NUL`; `-` for binary. */
function readCounts(text: string): Map<string, readonly (number | null)[]> {
  const fields = text.split('\0')
  const counts = new Map<string, readonly (number | null)[]>()
  for (let at = 0; at < fields.length; at += 1) {
    const [plus, minus, ...path] = (fields[at] ?? '').split('\t')
    if (plus === undefined || minus === undefined) continue
    const name = path.join('\t')
    const numbers = [plus, minus].map((n) => (n === '-' ? null : Number(n)))
    counts.set(name === '' ? (fields[at + 2] ?? '') : name, numbers)
    if (name === '') at += 2
  }
  return counts
}

/** The same for the same change, whatever commits it is made of. */
export const changeKey = (
  git: Git,
  base: string,
  result: string,
): Promise<Result<string, GitFailure>> =>
  attempted(async () => {
    const form = ['-r', '--no-renames', '--raw', '--no-abbrev', '-z']
    const { stdout } = await git(['diff-tree', ...form, base, result, '--'])
    return createHash('sha256').update(stdout).digest('hex')
  })

/** Newest first. */
export const commitsBetween = (
  git: Git,
  base: string,
  result: string,
): Promise<Result<readonly ChangeCommit[], GitFailure>> =>
  attempted(async () => {
    const format = '--format=%H%x00%ct%x00%an%x00%s'
    const args = ['log', '-z', format, '--no-show-signature', `--max-count=${MAX_COMMITS}`]
    const listed = await git([...args, `${base}..${result}`, '--'])
    const fields = listed.stdout.split('\0')
    const commits: ChangeCommit[] = []
    for (let at = 0; at + 3 < fields.length; at += 4) {
      const [id = '', seconds = '', author = '', subject = ''] = fields.slice(at, at + 4)
      commits.push({ id, at: Number(seconds), author: oneLine(author), subject: oneLine(subject) })
    }
    return commits
  })

export interface PatchRequest {
  readonly base: string
  readonly result: string
  readonly files: readonly ChangedFile[]
  /** Characters of all patches together. */
  readonly maxBytes: number
}

/** Patches of the files, in their order, until the bound is reached; those beyond it are told without a patch. */
export const patchesOf = (
  git: Git,
  request: PatchRequest,
): Promise<Result<readonly FilePatch[], GitFailure>> => attempted(() => patches(git, request))

async function patches(
  git: Git,
  { base, result, files, maxBytes }: PatchRequest,
): Promise<FilePatch[]> {
  const shownFiles: FilePatch[] = []
  let left = maxBytes
  for (const [index, { path, oldPath, binary }] of files.entries()) {
    if (left <= 0 || index >= MAX_PATCHES) {
      shownFiles.push({ path, oldPath, patch: '', truncated: true })
      continue
    }
    const paths = oldPath === null ? [path] : [oldPath, path]
    const flags = ['-p', '-U3', '--src-prefix=a/', '--dst-prefix=b/']
    const form = ['--literal-pathspecs', 'diff-tree', ...PLAIN, ...flags]
    const bytes = binary ? 4096 : MAX_FILE_BYTES
    const shown = await attempted(() =>
      git([...form, base, result, '--', ...paths], { maxBytes: bytes }),
    )
    const isTooLong = !shown.ok && shown.error.problem === 'too-much-output'
    if (!shown.ok && !isTooLong) throw new GitError(shown.error)
    const whole = shown.ok ? shown.value.stdout : shown.error.detail
    const bound = Math.min(left, MAX_FILE_BYTES)
    const patch = whole.length > bound ? wholeLines(whole.slice(0, bound)) : whole
    left -= patch.length
    shownFiles.push({ path, oldPath, patch, truncated: isTooLong || patch.length < whole.length })
  }
  return shownFiles
}

const wholeLines = (text: string): string => text.slice(0, text.lastIndexOf('\n') + 1)
