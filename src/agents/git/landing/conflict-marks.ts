/** The marks that git leaves where it could not merge, at any length that `conflict-marker-size` asks for. */
import { ok, type Result } from '../../../base/result.ts'
import type { Merging } from '../../../domain/landing.ts'
import type { GitFailure } from '../git-failure.ts'
import type { Git } from '../git.ts'
import type { Clash } from './merge-tree.ts'

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
