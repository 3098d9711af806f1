/** Copies ignored files (`.env` and the like) from the yard's folder into a new worktree. Never over a file that is there. */
import { constants } from 'node:fs'
import { copyFile, lstat, mkdir, realpath } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import { err, ok, type Result } from '../../../base/result.ts'
import { errorCode } from '../../../base/text.ts'
import { diskFailure, type GitFailure } from '../git-failure.ts'
import type { Git } from '../git.ts'

const MAX_BYTES = 10 * 1024 * 1024
const MAX_FILES = 2000

export interface CopyRequest {
  /** Runs in `from`. */
  readonly git: Git
  /** The folder that the globs are relative to, in a checkout of the repository. */
  readonly from: string
  /** The same folder in the worktree. */
  readonly to: string
  /** The worktree itself: nothing is written outside it. */
  readonly worktree: string
  readonly globs: readonly string[]
}

/** Sentences about what was left out. Only what git ignores is copied, so a tracked file is never touched. */
export async function copyIgnored(request: CopyRequest): Promise<Result<string[], GitFailure>> {
  const { git, globs } = request
  if (globs.length === 0) return ok([])
  const pathspecs = globs.map((glob) => `:(glob)${glob}`)
  const listed = await git([
    ...['ls-files', '--others', '--ignored', '--exclude-standard', '-z', '--'],
    ...pathspecs,
  ])
  if (!listed.ok) return listed
  const paths = listed.value.stdout.split('\0').filter((path) => path !== '' && isOurs(path))
  const notes: string[] = []
  for (const path of paths.slice(0, MAX_FILES)) {
    const copied = await copyOne(request, path)
    if (!copied.ok) return copied
    if (copied.value !== null) notes.push(copied.value)
  }
  if (paths.length > MAX_FILES)
    notes.push(`${paths.length - MAX_FILES} more files match worktree.copy and were not copied`)
  return ok(notes)
}

/** A nested repository is listed as its folder; the yard's own is not for copying in any case. */
const isOurs = (path: string): boolean => !path.endsWith('/') && !path.startsWith('.yard/')

async function copyOne(
  { from, to, worktree }: CopyRequest,
  path: string,
): Promise<Result<string | null, GitFailure>> {
  const source = join(from, path)
  const target = join(to, path)
  try {
    const facts = await lstat(source)
    // A link may lead anywhere; what it leads to is not what was asked for.
    if (!facts.isFile()) return ok(`${path} is not a plain file and was not copied`)
    if (facts.size > MAX_BYTES) return ok(`${path} is larger than 10 MB and was not copied`)
    await mkdir(dirname(target), { recursive: true })
    if (!isInside(await realpath(dirname(target)), await realpath(worktree)))
      return ok(`${path} would lie outside the worktree and was not copied`)
    await copyFile(source, target, constants.COPYFILE_EXCL)
    return ok(null)
  } catch (error) {
    if (errorCode(error) === 'EEXIST' || errorCode(error) === 'ENOENT') return ok(null)
    return err(diskFailure(target, error))
  }
}

function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path)
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`))
}
