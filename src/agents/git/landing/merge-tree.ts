/** `git merge-tree --write-tree` as a value: a tree, or a conflict that says who clashes where. */
import type { Merging } from '../../../domain/landing.ts'
import { attempted, failureOf, GitError, someOf } from '../git-failure.ts'
import { rowsOf, type Git } from '../git.ts'

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
): Promise<Merge> {
  const form = ['merge-tree', '--write-tree', '-z', '--name-only', '--messages']
  const args = [...form, ...flags, ours, theirs]
  const { exitCode, stdout, stderr } = await git(args, { expect: [0, 1] })
  const fields = stdout.split('\0')
  const tree = (fields[0] ?? '').trim()
  if (!/^[0-9a-f]{40,64}$/.test(tree)) throw new GitError(failureOf(args, 'the repository', stderr))
  if (exitCode === 0) return { kind: 'merged', tree }
  return { kind: 'merge-conflict', tree, ...readConflict(fields.slice(1)) }
}

/** Names the two sides: the first earlier part that clashes with the new one by itself. */
export async function conflictOf(
  git: Git,
  clash: Clash & { readonly ours: string },
  before: readonly { readonly name: string; readonly commit: string }[],
  part: { readonly name: string; readonly commit: string },
): Promise<MergeConflict> {
  let other = before.at(-1)?.name ?? 'the target'
  for (const candidate of before) {
    const alone = await attempted(() => mergeTree(git, candidate.commit, part.commit))
    if (alone.ok && alone.value.kind === 'merge-conflict') {
      other = candidate.name
      break
    }
  }
  const between = [other, part.name] as const
  const message = explain(clash.paths, between, before[0]?.name ?? 'the target')
  return { ...clash, theirs: part.commit, between, message }
}

function explain(
  paths: readonly string[],
  [first, second]: readonly [string, string],
  target: string,
): string {
  const both = first === target ? second : `${first} and ${second}`
  const message = `${first} and ${second} conflict in ${someOf(paths)}; merge ${both} into ${target} with git, settle it there, then retry this task`
  return message.replace(/\s+/g, ' ')
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

/** Files that clashed and have a mark in the commit, unless a side has some too: some are about such marks. */
export async function markedFiles(
  git: Git,
  { ours, theirs, paths }: Merging,
  commit: string,
): Promise<readonly string[]> {
  let found = await withMarks(git, commit, paths)
  for (const side of [ours, theirs]) {
    if (found.length === 0) return found
    const before = new Set(await withMarks(git, side.commit, found))
    found = found.filter((path) => !before.has(path))
  }
  return found
}

/** Longer lists than a command line takes are no limit to what is searched. */
const MAX_WORDS = 60_000

async function withMarks(
  git: Git,
  commit: string,
  paths: readonly string[],
): Promise<readonly string[]> {
  const isShort = paths.reduce((sum, path) => sum + path.length + 1, 0) <= MAX_WORDS
  const flags = ['--text', '--no-color', '-E', '-l', '-z', '--full-name']
  const args = ['--literal-pathspecs', 'grep', ...flags, '-e', OPENS, '-e', CLOSES, commit]
  const done = await git([...args, '--', ...(isShort ? paths : [])], { expect: [0, 1] })
  const wanted = new Set(paths)
  const named = rowsOf(done).map((row) => row.slice(commit.length + 1))
  return named.filter((path) => wanted.has(path))
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
  const file = `${tree}:${path}`
  const size = await attempted(() => git(['cat-file', '-s', file]))
  if (!size.ok) return '(one side has removed it)'
  if (Number(size.value.stdout) > 4_000_000) return '(too large to be shown)'
  const shown = await attempted(() => git(['cat-file', 'blob', file]))
  return shown.ok ? markedParts(shown.value.stdout) : '(not a file)'
}

/** The lines between the marks, and a few around them. */
export function markedParts(text: string): string {
  if (text.includes('\0')) return '(binary: take the side that is right, or make it anew)'
  const isPointer = text.includes('version https://git-lfs.github.com/spec/')
  const lines = text.split('\n')
  const wanted = new Set<number>()
  let from: number | null = null
  for (const [at, line] of lines.entries()) {
    if (OPENING.test(line)) from = at
    if (!CLOSING.test(line) || from === null) continue
    for (let i = from - CONTEXT; i <= at + CONTEXT; i += 1) wanted.add(i)
    from = null
  }
  if (wanted.size === 0) return '(no marks: one side removed or renamed what the other changed)'
  const shown = lines.filter((_, at) => wanted.has(at)).join('\n')
  const words = isPointer ? '(kept in LFS: these are pointers, take one side whole)\n' : ''
  return words + (shown.length > MAX_FILE_CHARS ? `${shown.slice(0, MAX_FILE_CHARS)}\n…` : shown)
}
