/** The marks that git leaves where it could not merge, at any length that `conflict-marker-size` asks for. */
import { ok } from '../../base/result.ts'
import type { Result } from '../../base/result.ts'
import type { Merging } from '../../domain/landing.ts'
import type { Git } from './git.ts'
import type { GitFailure } from './git-failure.ts'

/** A line of `=` alone underlines many a heading: it is a mark only between these two. */
const OPENS = '^<{7,} '
const CLOSES = '^>{7,} '
const OPENING = new RegExp(OPENS)
const CLOSING = new RegExp(CLOSES)

export const opensConflict = (line: string): boolean => OPENING.test(line)
export const closesConflict = (line: string): boolean => CLOSING.test(line)

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
