/**
 * Keeps git's hands off `.yard/`. A line in `info/exclude` keeps it out of status and `git add -A` in every worktree; a
 * tiny repository of its own makes `git clean -fdx` and `git stash --all` pass it by. `git clean -ffdx`, twice forced,
 * removes nested repositories too: that cannot be prevented from here.
 */
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { err, ok, type Result } from '../../base/result.ts'
import { errorCode } from '../../base/text.ts'
import { diskFailure, type GitFailure } from './git-failure.ts'
import { findGit } from './repository.ts'

export type Protection =
  { readonly kind: 'protected'; readonly excludeFile: string } | { readonly kind: 'not-in-git' }

const LINE = '.yard/'

/**
 * Needs no git program and no identity, and doing it again changes nothing. Outside git it does nothing and says so.
 * Makes `.yard/` when it is not there yet.
 */
export async function protectYardFolder(
  projectRoot: string,
): Promise<Result<Protection, GitFailure>> {
  const place = findGit(projectRoot)
  if (!place) return ok({ kind: 'not-in-git' })
  const excludeFile = join(place.commonDir, 'info', 'exclude')
  try {
    await addLine(excludeFile)
    await plantRepository(join(projectRoot, '.yard', '.git'))
    return ok({ kind: 'protected', excludeFile })
  } catch (error) {
    return err(diskFailure(join(projectRoot, '.yard'), error))
  }
}

async function addLine(excludeFile: string): Promise<void> {
  await mkdir(join(excludeFile, '..'), { recursive: true })
  const before = await readFile(excludeFile, 'utf8').catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return ''
    throw error
  })
  if (before.split(/\r?\n/).some((line) => line.trim() === LINE)) return
  const gap = before === '' || before.endsWith('\n') ? '' : '\n'
  const draft = `${excludeFile}.yard-${process.pid}`
  try {
    await writeFile(draft, `${before}${gap}${LINE}\n`)
    await rename(draft, excludeFile)
  } finally {
    await rm(draft, { force: true })
  }
}

/** The least that git takes for a repository. HEAD comes last: with it the stub counts. It ignores all, so it stays empty. */
async function plantRepository(gitDir: string): Promise<void> {
  if ((await stat(join(gitDir, 'HEAD')).catch(() => null)) !== null) return
  await mkdir(join(gitDir, 'objects'), { recursive: true })
  await mkdir(join(gitDir, 'refs', 'heads'), { recursive: true })
  await mkdir(join(gitDir, 'info'), { recursive: true })
  await writeFile(join(gitDir, 'info', 'exclude'), '*\n')
  await writeFile(join(gitDir, 'config'), '[core]\n\trepositoryformatversion = 0\n\tbare = false\n')
  await writeFile(join(gitDir, 'HEAD'), 'ref: refs/heads/yard\n')
}
