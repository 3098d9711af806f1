/** Where a result would land now, and what is known to be in its way. Looks only; the landing itself looks again. */
import type { LandingPreview } from '../contract/change.ts'
import { checkoutsOf, landingTarget } from '../agents/git/landing/landing-target.ts'
import type { Repository } from '../agents/git/repository.ts'
import { NO_NESTED } from '../agents/git/worktree/snapshot.ts'
import type { Agent } from '../domain/agent.ts'
import type { WorktreeSettings } from '../domain/settings.ts'

/** `agent`: the try whose result it is; its branch was made for that of the main checkout then. */
export async function landingPreview(
  repo: Repository,
  settings: WorktreeSettings,
  agent: Agent,
): Promise<LandingPreview> {
  const how = settings.land === 'pr' ? 'pr' : 'merge'
  const nowhere = { how, checkout: null, uncommitted: null } as const
  const target = await landingTarget(repo, settings.target ?? agent.workplace?.target ?? null)
  if (!target.ok) return { ...nowhere, target: null, obstacle: target.error.message }
  const { branch } = target.value
  if (how === 'pr') return { ...nowhere, target: branch, obstacle: null }
  const checkouts = await checkoutsOf(repo, target.value)
  if (!checkouts.ok) return { ...nowhere, target: branch, obstacle: checkouts.error.message }
  const [checkout = null] = checkouts.value
  const uncommitted = checkout === null ? null : await changedIn(repo, checkout)
  return { how, target: branch, obstacle: null, checkout, uncommitted }
}

/** Files that git knows there and that differ from its last commit; null when git cannot say. */
async function changedIn(repo: Repository, folder: string): Promise<number | null> {
  const flags = ['--porcelain=v1', '-z', '--untracked-files=no', '--no-renames', NO_NESTED]
  const status = await repo.gitIn(folder)(['status', ...flags])
  return status.ok ? status.value.stdout.split('\0').filter(Boolean).length : null
}
