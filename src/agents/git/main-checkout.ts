/** Where a folder's git repository is, read from its files alone: finding a yard must not cost a process. */
import { readFileSync, realpathSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'

export interface GitLocation {
  /** The folder that holds `.git`. */
  readonly toplevel: string
  /** Shared by all worktrees; links resolved. */
  readonly commonDir: string
  readonly isLinked: boolean
}

/**
 * The top of the main checkout when `folder` lies in a linked worktree of it. Null when it does not, when the link is
 * broken, or when the main repository is bare and so has no checkout. Never throws for what is on the disk.
 */
export function mainCheckoutOf(folder: string): string | null {
  const place = findGit(folder)
  if (!place?.isLinked || basename(place.commonDir) !== '.git') return null
  return dirname(place.commonDir)
}

/** The nearest repository around `folder`, upwards; null when there is none. */
export function findGit(folder: string): GitLocation | null {
  const start = attempt(() => realpathSync(folder)) ?? resolve(folder)
  for (let at = start; ; at = dirname(at)) {
    const place = gitAt(at)
    if (place || dirname(at) === at) return place
  }
}

function gitAt(toplevel: string): GitLocation | null {
  const entry = join(toplevel, '.git')
  const facts = attempt(() => statSync(entry))
  if (!facts) return null
  if (facts.isDirectory()) {
    const commonDir = attempt(() => realpathSync(entry))
    const isRepository = attempt(() => statSync(join(entry, 'HEAD'))) !== null
    return commonDir !== null && isRepository ? { toplevel, commonDir, isLinked: false } : null
  }
  const link = attempt(() => readFileSync(entry, 'utf8')) ?? ''
  const target = /^gitdir: (.+)/.exec(link)?.[1]
  return target === undefined ? null : linkedAt(toplevel, resolve(toplevel, target.trimEnd()))
}

/** A linked worktree's git folder names the common one in `commondir`; a submodule's has no such file and is its own. */
function linkedAt(toplevel: string, gitDir: string): GitLocation | null {
  const common = attempt(() => readFileSync(join(gitDir, 'commondir'), 'utf8'))
  const isLinked = common !== null
  const named = isLinked ? resolve(gitDir, common.trimEnd()) : gitDir
  const commonDir = attempt(() => realpathSync(named))
  return commonDir === null ? null : { toplevel, commonDir, isLinked }
}

/** Missing, unreadable and half-written all mean the same here: nothing to be found. */
function attempt<T>(read: () => T): T | null {
  try {
    return read()
  } catch {
    return null
  }
}
