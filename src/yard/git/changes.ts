/** What tasks have changed in git, read from the repository: for the page and for `yard diff`. Changes nothing. */
import { ok, type Result } from '../../base/result.ts'
import type { Answers } from '../../contract/contract.ts'
import type {
  ChangeComment,
  ChangeView,
  LandingPreview,
  LandingView,
} from '../../contract/change.ts'
import {
  type ChangedFile,
  changedFiles,
  changeKey,
  commitsBetween,
  type FilePatch,
  patchesOf,
} from '../../agents/git/landing/changes.ts'
import { attempted, type GitFailure } from '../../agents/git/git-failure.ts'
import { commitAt, openRepository, type Repository } from '../../agents/git/repository.ts'
import type { Agent } from '../../domain/agent.ts'
import { failure, type Failure } from '../../domain/failure.ts'
import { reasonAtTerminal } from '../../domain/landing.ts'
import type { LogLine } from '../../domain/plan.ts'
import type { Task } from '../../domain/task.ts'
import type { Yard } from '../yard.ts'
import { planGitGuard } from './plan-git-guard.ts'
import { isoTime } from '../views/iso-time.ts'
import { checkoutsOf, landingTarget } from '../../agents/git/landing/land.ts'
import { NO_NESTED } from '../../agents/git/worktree/snapshot.ts'
import type { WorktreeSettings } from '../../domain/settings.ts'

export type ChangeSource = Pick<Yard, 'plan' | 'store' | 'paths' | 'config' | 'isTrusted'>
type Source = ChangeSource

export const asFailure = ({ message, problem }: GitFailure): Failure =>
  failure(problem === 'no-such-folder' ? 'unknown-folder' : 'git', message, { facts: { problem } })

const failed = (error: GitFailure): Result<never, Failure> => ({
  ok: false,
  error: asFailure(error),
})

/** `agentId`: the try that is meant; without it the latest that worked in a worktree. */
export async function changesOf(
  yard: Source,
  task: Task,
  agentId?: string,
): Promise<Result<ChangeView, Failure>> {
  const frame = frameOf(yard, task)
  const span = await spanOf(yard, task, agentId)
  if (!span.ok) return failed(span.error)
  if (span.value === null) return ok(frame)
  const { repo, base, result, agent } = span.value
  const changed = await changedFiles(repo.git, base, result)
  if (!changed.ok) return failed(changed.error)
  const commits = await commitsBetween(repo.git, base, result)
  if (!commits.ok) return failed(commits.error)
  const { files, isCut } = changed.value
  const sum = (side: 'insertions' | 'deletions'): number =>
    files.reduce((total, file) => total + (file[side] ?? 0), 0)
  return ok({
    ...frame,
    agent: agent.id,
    branch: agent.workplace?.branch ?? null,
    base,
    result,
    isLive: agent.state.kind !== 'ended',
    files: [...files],
    isCut,
    insertions: sum('insertions'),
    deletions: sum('deletions'),
    commits: commits.value.map(({ at, ...commit }) => ({ ...commit, at: isoTime(at * 1000) })),
    notes: agent.changes?.notes ?? [],
    // To look at the checkout git runs the filters that the repository's settings name.
    outlook: yard.isTrusted()
      ? await landingPreview(repo, yard.config().settings.worktree, agent)
      : null,
  })
}

interface DiffRequest {
  readonly path?: string | undefined
  readonly agent?: string | undefined
  readonly maxBytes: number
}

export async function diffOf(
  yard: Source,
  task: Task,
  { path, agent, maxBytes }: DiffRequest,
): Promise<Result<Answers['change']['diff'], Failure>> {
  const span = await spanOf(yard, task, agent)
  if (!span.ok) return failed(span.error)
  if (span.value === null) return ok({ base: null, result: null, files: [], truncated: false })
  const { repo, base, result } = span.value
  const changed = await changedFiles(repo.git, base, result)
  if (!changed.ok) return failed(changed.error)
  const { files: all, isCut } = changed.value
  const files = path === undefined ? all : all.filter((file) => file.path === path)
  const patches = await patchesOf(repo.git, { base, result, files, maxBytes })
  if (!patches.ok) return failed(patches.error)
  const truncated = (isCut && path === undefined) || patches.value.some((one) => one.truncated)
  return ok({ base, result, files: [...patches.value], truncated })
}

/** What one try has made of what it began with. */
export interface TriedChange {
  readonly files: readonly ChangedFile[]
  /** More files are changed than are told. */
  readonly isCut: boolean
  /** Of the files that may be shown, in their order. */
  readonly patches: readonly FilePatch[]
  /** Names all of the change, by the contents of the files before and after. */
  readonly key: string
}

interface TriedRequest {
  readonly maxBytes: number
  mayShow(file: ChangedFile): boolean
}

/** Null where it worked in no worktree, or what it began with is not there any more. */
export async function triedChange(
  source: Source,
  { task, agent }: { readonly task: Task; readonly agent: Agent },
  { maxBytes, mayShow }: TriedRequest,
): Promise<Result<TriedChange | null, Failure>> {
  const span = await spanFrom(source, task, agent)
  if (!span.ok) return failed(span.error)
  if (span.value === null) return ok(null)
  const { repo, base, result } = span.value
  const changed = await changedFiles(repo.git, base, result)
  if (!changed.ok) return failed(changed.error)
  const { files: all, isCut } = changed.value
  const files = all.filter(mayShow)
  const patches = await patchesOf(repo.git, { base, result, files, maxBytes })
  if (!patches.ok) return failed(patches.error)
  const key = await changeKey(repo.git, base, result)
  if (!key.ok) return failed(key.error)
  return ok({ files: all, isCut, patches: patches.value, key: key.value })
}

function frameOf(yard: Source, task: Task): ChangeView {
  return {
    task: task.id,
    agent: null,
    branch: null,
    base: null,
    result: null,
    isLive: false,
    files: [],
    isCut: false,
    insertions: 0,
    deletions: 0,
    commits: [],
    notes: [],
    landing: toLandingView(task),
    outlook: null,
    comments: yard.store.logOf(task.id).flatMap(toComment),
  }
}

export const toComment = ({ at, by, text, place }: LogLine): ChangeComment[] =>
  place ? [{ at: isoTime(at), by, text, ...place }] : []

export function toLandingView({ id, landing }: Pick<Task, 'id' | 'landing'>): LandingView | null {
  if (!landing) return null // absent in what was written before it was kept
  const { isAuto: _, unsettledBy: __, pullRequest = false, ...shown } = landing
  return { ...shown, pullRequest, at: isoTime(landing.at), reason: reasonAtTerminal(id, landing) }
}

interface Span {
  readonly repo: Repository
  readonly base: string
  readonly result: string
  readonly agent: Agent
}

/** From what the try began with, to what it has made of it; null when it has made nothing, or no try has. */
async function spanOf(
  source: Source,
  task: Task,
  agentId?: string,
): Promise<Result<Span | null, GitFailure>> {
  const agent = tryOf(source, task, agentId)
  return agent ? spanFrom(source, task, agent) : ok(null)
}

async function spanFrom(
  source: Source,
  task: Task,
  agent: Agent,
): Promise<Result<Span | null, GitFailure>> {
  const place = agent.workplace
  if (!place || place.branch === null || place.baseCommit === null) return ok(null)
  const isForeign = !source.isTrusted()
  const opened = await openRepository(task.repo ?? source.paths.root, planGitGuard(source), {
    isForeign,
  })
  if (!opened.ok) return opened
  const repo = opened.value
  const made = agent.changes?.commit ?? `refs/heads/${place.branch}`
  const ends = await bothCommits(repo, place.baseCommit, made)
  return ends.ok ? ok(ends.value && { repo, ...ends.value, agent }) : ends
}

/** Null when the repository has not both of them any more. */
async function bothCommits(
  { git }: Repository,
  base: string,
  result: string,
): Promise<Result<Pick<Span, 'base' | 'result'> | null, GitFailure>> {
  return attempted(async () => {
    const [from, to] = [await commitAt(git, base), await commitAt(git, result)]
    return from === null || to === null ? null : { base: from, result: to }
  })
}

/** The named try, else the latest that works or has worked in a worktree. */
function tryOf({ plan, store }: Source, task: Task, agentId?: string): Agent | undefined {
  const living = plan.agentOf(task.id)
  const isMeant = (agent: Agent): boolean => agentId === undefined || agent.id === agentId
  const isPlaced = (agent: Agent): boolean => agent.workplace?.branch != null && isMeant(agent)
  if (living && isPlaced(living)) return living
  return store
    .agents({ which: 'all', taskId: task.id })
    .findLast((agent) => isPlaced(agent) && (agentId !== undefined || agent.changes !== null))
}

/** `agent`: the try whose result it is; its branch was made for that of the main checkout then. */
async function landingPreview(
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
  const status = await attempted(() => repo.gitIn(folder)(['status', ...flags]))
  return status.ok ? status.value.stdout.split('\0').filter(Boolean).length : null
}
