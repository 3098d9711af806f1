/** `git merge-tree --write-tree` as a value: a tree, or a conflict that says who clashes where. */
import { err, ok, type Result } from '../../../base/result.ts'
import type { Merging } from '../../../domain/landing.ts'
import { failureOf, type GitFailure } from '../git-failure.ts'
import type { Git } from '../git.ts'

export interface MergeConflict extends Clash {
  readonly message: string
  readonly between: readonly [string, string]
  /** What was to be merged: all before the part that clashes, and that part. */
  readonly ours: string
  readonly theirs: string
}

/** What git says of two commits that do not merge. */
export interface Clash {
  readonly kind: 'merge-conflict'
  readonly paths: readonly string[]
  /** git's own kinds, such as `CONFLICT (contents)` or `CONFLICT (modify/delete)`. */
  readonly types: readonly string[]
  /** The files as far as git could merge them, with its marks where it could not. */
  readonly tree: string
}

export type Merge = { readonly kind: 'merged'; readonly tree: string } | Clash

/** Merges two commits without a checkout. Both must be ids that exist: git answers 1 for an unknown name as for a conflict. */
export async function mergeTree(
  git: Git,
  ours: string,
  theirs: string,
  flags: readonly string[] = [],
): Promise<Result<Merge, GitFailure>> {
  const args = [
    'merge-tree',
    '--write-tree',
    '-z',
    '--name-only',
    '--messages',
    ...flags,
    ours,
    theirs,
  ]
  const done = await git(args, { expect: [0, 1] })
  if (!done.ok) return done
  const fields = done.value.stdout.split('\0')
  const tree = (fields[0] ?? '').trim()
  if (!/^[0-9a-f]{40,64}$/.test(tree))
    return err(failureOf(args, 'the repository', done.value.stderr))
  if (done.value.exitCode === 0) return ok({ kind: 'merged', tree })
  return ok({ kind: 'merge-conflict', tree, ...readConflict(fields.slice(1)) })
}

/** Names the two sides: the first earlier part that clashes with the new one by itself. */
export async function conflictOf(
  git: Git,
  clash: Clash & { readonly ours: string },
  before: readonly { readonly name: string; readonly commit: string }[],
  part: { readonly name: string; readonly commit: string },
): Promise<Result<never, MergeConflict>> {
  let other = before.at(-1)?.name ?? 'the target'
  for (const candidate of before) {
    const alone = await mergeTree(git, candidate.commit, part.commit)
    if (alone.ok && alone.value.kind === 'merge-conflict') {
      other = candidate.name
      break
    }
  }
  const target = before[0]?.name ?? 'the target'
  return err({
    ...clash,
    theirs: part.commit,
    between: [other, part.name],
    message: explain(clash.paths, [other, part.name], target),
  })
}

function explain(
  paths: readonly string[],
  names: readonly [string, string],
  target: string,
): string {
  const more = paths.length > 3 ? ` and ${paths.length - 3} more` : ''
  const where = `${paths.slice(0, 3).join(', ')}${more}`
  const both = names[0] === target ? names[1] : `${names[0]} and ${names[1]}`
  return `${names[0]} and ${names[1]} conflict in ${where}; merge ${both} into ${target} with git, settle it there, then retry this task`.replace(
    /\s+/g,
    ' ',
  )
}

/** `(path NUL)* NUL (count NUL path{count} type NUL message NUL)*` */
function readConflict(fields: readonly string[]): { paths: string[]; types: string[] } {
  const end = fields.indexOf('')
  const paths = new Set(fields.slice(0, end))
  const types = new Set<string>()
  let at = end + 1
  while (at < fields.length) {
    const count = Number(fields[at])
    const type = fields[at + 1 + count]
    if (!Number.isInteger(count) || type === undefined) break
    if (type.startsWith('CONFLICT')) types.add(type)
    at += count + 3
  }
  return { paths: [...paths], types: [...types] }
}

// The marks that git leaves where it could not merge, at any length that `conflict-marker-size` asks for.

/** A line of `=` alone underlines many a heading: it is a mark only between these two. */
const OPENS = '^<{7,} '
const CLOSES = '^>{7,} '
const OPENING = new RegExp(OPENS)
const CLOSING = new RegExp(CLOSES)

const opensConflict = (line: string): boolean => OPENING.test(line)
const closesConflict = (line: string): boolean => CLOSING.test(line)

/** Files that clashed and have a mark in the commit, unless a side has some too: some are about such marks. */
export async function markedFiles(
  git: Git,
  { ours, theirs, paths }: Merging,
  commit: string,
): Promise<Result<readonly string[], GitFailure>> {
  const found = await withMarks(git, commit, paths)
  if (!found.ok || found.value.length === 0) return found
  const before = new Set<string>()
  for (const side of [ours, theirs]) {
    const had = await withMarks(git, side.commit, found.value)
    if (!had.ok) return had
    for (const path of had.value) before.add(path)
  }
  return ok(found.value.filter((path) => !before.has(path)))
}

/** Longer lists than a command line takes are no limit to what is searched. */
const MAX_WORDS = 60_000

async function withMarks(
  git: Git,
  commit: string,
  paths: readonly string[],
): Promise<Result<readonly string[], GitFailure>> {
  const isShort = paths.reduce((sum, path) => sum + path.length + 1, 0) <= MAX_WORDS
  const flags = ['--text', '--no-color', '-E', '-l', '-z', '--full-name']
  const args = ['--literal-pathspecs', 'grep', ...flags, '-e', OPENS, '-e', CLOSES, commit]
  const done = await git([...args, '--', ...(isShort ? paths : [])], { expect: [0, 1] })
  if (!done.ok) return done
  const named = done.value.stdout.split('\0').filter((row) => row !== '')
  const wanted = new Set(paths)
  return ok(named.map((row) => row.slice(commit.length + 1)).filter((path) => wanted.has(path)))
}

// The conflicts that git could not merge, with its marks, for the prompt of a merge task. Bounded, whatever the files hold.

const MAX_FILES = 8
const MAX_FILE_CHARS = 4000
const MAX_CHARS = 16_000
const CONTEXT = 3

export async function conflictHunks(
  git: Git,
  { tree, paths }: Pick<Clash, 'tree' | 'paths'>,
): Promise<string> {
  const pieces: string[] = []
  let length = 0
  for (const path of paths.slice(0, MAX_FILES)) {
    const piece = `${path.replace(/\s+/g, ' ')}:\n${await hunksOf(git, tree, path)}`
    length += piece.length
    if (length > MAX_CHARS) break
    pieces.push(piece)
  }
  const left = paths.length - pieces.length
  return left > 0 && pieces.length > 0
    ? `${pieces.join('\n\n')}\n\n(${left} more files)`
    : pieces.join('\n\n')
}

async function hunksOf(git: Git, tree: string, path: string): Promise<string> {
  const size = await git(['cat-file', '-s', `${tree}:${path}`], { expect: [0, 128] })
  if (!size.ok || size.value.exitCode !== 0) return '(one side has removed it)'
  if (Number(size.value.stdout) > 4_000_000) return '(too large to be shown)'
  const shown = await git(['cat-file', 'blob', `${tree}:${path}`], { expect: [0, 128] })
  if (!shown.ok || shown.value.exitCode !== 0) return '(not a file)'
  return markedParts(shown.value.stdout)
}

/** The lines between the marks, and a few around them. */
export function markedParts(text: string): string {
  if (text.includes('\0')) return '(binary: take the side that is right, or make it anew)'
  const isPointer = text.includes('version https://git-lfs.github.com/spec/')
  const lines = text.split('\n')
  const wanted = new Set<number>()
  let from: number | null = null
  for (const [at, line] of lines.entries()) {
    if (opensConflict(line)) from = at
    if (!closesConflict(line) || from === null) continue
    for (let i = from - CONTEXT; i <= at + CONTEXT; i += 1) wanted.add(i)
    from = null
  }
  if (wanted.size === 0) return '(no marks: one side removed or renamed what the other changed)'
  const shown = lines.filter((_, at) => wanted.has(at)).join('\n')
  const words = isPointer ? '(kept in LFS: these are pointers, take one side whole)\n' : ''
  return words + (shown.length > MAX_FILE_CHARS ? `${shown.slice(0, MAX_FILE_CHARS)}\n…` : shown)
}
