/**
 * What landings left whose owner died before it could clear: ended, and taken away. One that is still asked for goes on with what is
 * there, and a text for a pull request is for a person: both stay.
 */
import { existsSync, readdirSync, rmdirSync, rmSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Log } from '../../base/log.ts'
import { attempted } from '../git/git-failure.ts'
import type { GitGuard } from '../git/git-guard.ts'
import { removeScratchTree } from '../git/worktree/checkout.ts'
import { openRepository, type Repository } from '../git/repository.ts'
import { listWorktrees, spellingOf } from '../git/worktree/worktree-registry.ts'
import type { ProcessHost } from '../process/host/process-host.ts'
import type { Launcher } from '../process/launcher/launcher.ts'
import { endOldStage } from './stages/old-stages.ts'

export interface LandingLeftovers {
  /** Folders in the repositories that landings may have been for. */
  readonly repositories: readonly string[]
  /** Names of the landings that are still to be made; asked where something is left, and right before it goes. */
  queued(): ReadonlySet<string>
}

interface Parts {
  /** `.yard/landings` */
  readonly folder: string
  readonly launcher: Launcher
  readonly host: ProcessHost
  readonly log: Log
  markerOf(name: string): string | null
  guardOf(name: string): GitGuard
  /** So that none of them begins meanwhile. */
  inTurn(repo: Repository, work: () => Promise<void>): Promise<void>
  isOver(): boolean
}

/** Never rejects: what cannot be removed now stays for the next owner. */
export async function clearLandingLeftovers(left: LandingLeftovers, parts: Parts): Promise<void> {
  const found = await leftIn(parts.folder)
  const queued = found.length === 0 ? null : left.queued()
  const names = found.filter((name) => !queued?.has(name))
  if (names.length === 0) return
  const repos = await repositoriesOf(left, parts.guardOf(''))
  for (const name of names) {
    if (parts.isOver()) return
    const home = await homeOf(join(parts.folder, name, 'tree'), repos)
    const clear = async (): Promise<void> => {
      if (!left.queued().has(name)) await clearOne(name, home, parts)
    }
    await (home ? parts.inTurn(home, clear) : clear()).catch((error: unknown) =>
      parts.log.warn('what a landing left could not be removed', { name, error: String(error) }),
    )
  }
}

/** Most hold nothing but the text of a pull request, and stay. */
async function leftIn(folder: string): Promise<string[]> {
  const left: string[] = []
  for (const name of await readdir(folder).catch(() => [])) {
    const parts = await readdir(join(folder, name)).catch(() => null)
    if (parts?.every((part) => part !== 'tree' && !isStage(part)) && parts.length > 0) continue
    if (parts !== null) left.push(name)
  }
  return left
}

const isStage = (name: string): boolean => name.startsWith('verify-')

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return [] // nothing was ever landed here
  }
}

async function repositoriesOf(
  { repositories }: LandingLeftovers,
  guard: GitGuard,
): Promise<Repository[]> {
  const found = new Map<string, Repository>()
  for (const folder of new Set(repositories)) {
    const repo = await openRepository(folder, guard)
    if (repo.ok) found.set(repo.value.commonDir, repo.value)
  }
  return [...found.values()]
}

/** By git's own list: what stands in the tree was written by whatever ran there. The first where none knows it. */
async function homeOf(tree: string, repos: readonly Repository[]): Promise<Repository | null> {
  const path = await spellingOf(tree)
  for (const repo of repos) {
    const listed = await attempted(() => listWorktrees(repo))
    if (listed.ok && listed.value.some((entry) => entry.path === path)) return repo
  }
  return repos[0] ?? null
}

async function clearOne(name: string, home: Repository | null, parts: Parts): Promise<void> {
  const folder = join(parts.folder, name)
  for (const stage of namesIn(folder).filter(isStage))
    await endOldStage(join(folder, stage), { bootId: null, key: parts.markerOf(name) }, parts)
  const tree = join(folder, 'tree')
  if (home && existsSync(tree)) await removeScratchTree(home, tree)
  else rmSync(tree, { recursive: true, force: true })
  if (namesIn(folder).length === 0) rmdirSync(folder)
}
