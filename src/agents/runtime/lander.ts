/**
 * Lands results, one at a time per repository. Every step may be the last before a crash: the same order again finds what was
 * done (a commit that the target holds, the end of a verify that ran) and goes on from there.
 */
import { existsSync, mkdirSync, readdirSync, rmdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import type { Lander, LandingOrder, LandingOutcome, Withdrawal } from '../../domain/landing.ts'
import { attempted, diskFailure, valueOf } from '../git/git-failure.ts'
import type { GitGuard } from '../git/git-guard.ts'
import {
  landingTarget,
  type LandingTarget,
  mergeIntoTarget,
  moveTarget,
  obstacleTo,
} from '../git/landing/land.ts'
import { preparePullRequest } from '../git/landing/pull-request.ts'
import { addScratchTree, removeScratchTree } from '../git/worktree/checkout.ts'
import { openRepository, type Repository } from '../git/repository.ts'
import { createExitWatch, type ExitWatch } from '../process/exit-watch.ts'
import type { ProcessHost } from '../process/host/process-host.ts'
import type { Launcher } from '../process/launcher/launcher.ts'
import { createLineStages, type LineStages, runLine } from './stages/line-stage.ts'
import { conflictFrom } from './workdir.ts'
import { readdir } from 'node:fs/promises'
import { listWorktrees, spellingOf } from '../git/worktree/worktree-registry.ts'
import { endOldStage } from './stages/old-stages.ts'

export interface LanderOptions {
  /** `.yard/landings`: absolute. What is under way lies there, and what was prepared. */
  readonly folder: string
  readonly launcher: Launcher
  readonly host: ProcessHost
  readonly clock: Clock
  readonly log: Log
  /** The environment of a task's verify line on a merged tree, its marker included: it runs what agents wrote. */
  environmentOf(order: LandingOrder): Readonly<Record<string, string>>
  /** By the name of its worktree; the same under every owner. Null = it bears none. */
  markerOf(name: string): string | null
  /** For git, by the name of the worktree. */
  guardOf(name: string): GitGuard
  mayTouch(): boolean
}

const VERIFY_TIMEOUT_MS = 60 * 60_000
/** Somebody else may move the target between the merge and the move; each time it is merged anew. */
const MAX_ROUNDS = 5

export interface ClearingLander extends Lander {
  /** Ends and removes what earlier owners left of landings that are not wanted any more. Never rejects. */
  clearLeft(left: LandingLeftovers): Promise<void>
}

export function createLander(options: LanderOptions): ClearingLander {
  const { log } = options
  const stages: LineStages = createLineStages(options, () => watch)
  const watch: ExitWatch = createExitWatch({
    ...options,
    onExit: (folder, exit) => void stages.onExit(folder, exit),
    onVanished: (folder) => void stages.onVanished(folder),
  })
  const closing = new AbortController()
  const { inTurn, allOver } = createTurns()
  let clearing: Promise<void> = Promise.resolve()
  const landIn = (repo: Repository, order: LandingOrder, withdrawn: Withdrawal) => {
    const own = new AbortController()
    if (withdrawn.aborted) own.abort()
    withdrawn.addEventListener('abort', () => own.abort())
    const signal = AbortSignal.any([closing.signal, own.signal])
    return land({ repo, order, options, stages, signal })
  }
  return {
    async land(order, withdrawn) {
      if (closing.signal.aborted || !options.mayTouch()) return null
      try {
        const repo = await openRepository(order.folder, options.guardOf(order.name))
        if (!repo.ok) return refused(order.target, repo.error.message)
        return await inTurn(repo.value, () => landIn(repo.value, order, withdrawn))
      } catch (error) {
        log.error('landing failed', { task: order.taskId, error: String(error) })
        return refused(order.target, `it failed inside: ${String(error)}`)
      }
    },
    async clear(order, outcome) {
      if (closing.signal.aborted || !options.mayTouch()) return
      try {
        const repo = await openRepository(order.folder, options.guardOf(order.name))
        const keepsText = outcome?.kind === 'prepared'
        if (repo.ok) await inTurn(repo.value, () => clear(repo.value, order, options, keepsText))
      } catch (error) {
        // The next landing of the task removes it.
        const about = { task: order.taskId, error: String(error) }
        log.warn('what a landing left could not be removed', about)
      }
    },
    async clearLeft(left) {
      if (closing.signal.aborted || !options.mayTouch()) return
      clearing = clearLeft(left, { ...options, inTurn, isOver: () => closing.signal.aborted })
      await clearing
    },
    async close() {
      closing.abort()
      await clearing
      await allOver()
      watch.close()
    },
  }
}

function createTurns() {
  const turns = new Map<string, Promise<unknown>>()
  return {
    /** One at a time in a repository. */
    inTurn<T>(repo: Repository, work: () => Promise<T>): Promise<T> {
      const key = repo.commonDir
      const turn = (turns.get(key) ?? Promise.resolve()).then(work)
      turns.set(
        key,
        turn.catch(() => undefined),
      )
      return turn
    },
    allOver: () => Promise.all(turns.values()),
  }
}

interface Scene {
  readonly repo: Repository
  readonly order: LandingOrder
  readonly options: LanderOptions
  readonly stages: LineStages
  readonly signal: AbortSignal
}

async function land(scene: Scene): Promise<LandingOutcome | null> {
  const { order, options, signal } = scene
  for (let round = 0; round < MAX_ROUNDS && !signal.aborted; round += 1) {
    // Opened again each time: its branch may have moved, or be another one.
    const repo = await openRepository(order.folder, options.guardOf(order.name))
    if (!repo.ok) return refused(order.target, repo.error.message)
    const outcome = await landOnce({ ...scene, repo: repo.value })
    if (outcome !== 'again') return outcome
  }
  return signal.aborted
    ? null
    : refused(order.target, 'its target moves faster than it can be merged; merge again later')
}

async function landOnce(scene: Scene): Promise<LandingOutcome | 'again' | null> {
  const { repo, order } = scene
  const target = await landingTarget(repo, order.target)
  if (!target.ok) return refused(order.target, target.error.message)
  const done = await attempted(() => landOn(scene, target.value))
  return done.ok ? done.value : refused(target.value.branch, done.error.message)
}

async function landOn(
  scene: Scene,
  target: LandingTarget,
): Promise<LandingOutcome | 'again' | null> {
  const { repo, order } = scene
  const { branch } = target
  const merged = await mergeIntoTarget(repo, target, order)
  if (!merged.ok) {
    if (merged.error.kind === 'git') return refused(branch, merged.error.message)
    return { kind: 'conflict', target: branch, conflict: await conflictFrom(repo, merged.error) }
  }
  const { commit, isIn } = merged.value
  if (isIn) return landed(target, commit)
  const isForPr = order.how.kind === 'pr'
  const obstacle = isForPr ? null : valueOf(await obstacleTo(repo, target, commit))
  if (obstacle !== null) return refused(branch, obstacle)
  const fault = await verifyMerged(scene, commit)
  if (fault === 'stopped') return null
  if (fault !== null) return refused(branch, fault)
  if (scene.signal.aborted) return null
  return isForPr ? prepare(scene, target) : move(scene, target, commit)
}

async function move(
  { repo, order, signal }: Scene,
  target: LandingTarget,
  commit: string,
): Promise<LandingOutcome | 'again' | null> {
  const isWithdrawn = (): boolean => signal.aborted
  const step = { commit, title: order.title, isWithdrawn }
  const moved = valueOf(await moveTarget(repo, target, step))
  switch (moved.kind) {
    case 'moved':
      return landed(target, commit)
    case 'stale':
      return 'again'
    case 'withdrawn':
      return null
    case 'refused':
      return refused(target.branch, moved.reason)
  }
}

async function prepare(scene: Scene, target: LandingTarget): Promise<LandingOutcome> {
  const { repo, order, options } = scene
  const { how } = order
  const folder = join(options.folder, order.name)
  const remote = how.kind === 'pr' ? how.remote : null
  const note = valueOf(await preparePullRequest(repo, { order, target, folder, remote }))
  return { kind: 'prepared', commit: order.commit, target: target.branch, note }
}

/** Null when the merged tree passes its verify command, or has none; else the reason. */
async function verifyMerged(scene: Scene, commit: string): Promise<string | 'stopped' | null> {
  const { repo, order, options } = scene
  if (order.verify === null) return null
  const folder = join(options.folder, order.name)
  try {
    mkdirSync(folder, { recursive: true })
  } catch (error) {
    return diskFailure(folder, error).message
  }
  const verify = `verify-${commit.slice(0, 12)}-${order.askedAt.toString(36)}`
  forgetOthers(folder, verify)
  const tree = await addScratchTree(repo, join(folder, 'tree'), commit)
  if (!tree.ok) return `the merged tree could not be checked out: ${tree.error.message}`
  const end = await runLine(scene.stages, {
    folder: join(folder, verify),
    cwd: tree.value,
    env: options.environmentOf(order),
    marker: options.markerOf(order.name),
    signal: scene.signal,
    line: order.verify,
    // What an earlier boot left is found dead by its start time.
    bootId: null,
    timeoutMs: VERIFY_TIMEOUT_MS,
  })
  if (scene.signal.aborted) {
    // It was killed by this owner, so its exit code is not its verdict.
    clearVerifies(folder)
    return 'stopped'
  }
  if (end === null)
    return 'its verify command could not be run to its end on the merged tree; merge again'
  if (end.code === 0) return null
  const words = end.tail === '' ? '' : `: ${end.tail.split('\n').at(-1)?.slice(0, 200) ?? ''}`
  return `its verify command exited with ${end.code} on the merged tree${words}`
}

async function clear(
  repo: Repository,
  order: LandingOrder,
  options: LanderOptions,
  keepsText: boolean,
): Promise<void> {
  const folder = join(options.folder, order.name)
  if (!existsSync(folder)) return
  const tree = join(folder, 'tree')
  if (existsSync(tree)) await removeScratchTree(repo, tree)
  if (keepsText) clearVerifies(folder)
  else rmSync(folder, { recursive: true, force: true })
}

const isVerify = (name: string): boolean => name.startsWith('verify-')
const verifiesIn = (folder: string): string[] => readdirSync(folder).filter(isVerify)

function clearVerifies(folder: string): void {
  for (const name of verifiesIn(folder))
    rmSync(join(folder, name), { recursive: true, force: true })
}

/** What an owner that died left behind. Nothing reads it, so it may stay where it cannot be removed. */
function forgetOthers(folder: string, meant: string): void {
  for (const name of verifiesIn(folder)) {
    if (name === meant || name.startsWith(`${meant}.`)) continue
    try {
      rmSync(join(folder, name), { recursive: true, force: true })
    } catch {
      // Another user's, or in use.
    }
  }
}

const landed = ({ branch: target }: LandingTarget, commit: string): LandingOutcome => ({
  kind: 'landed',
  commit,
  target,
  note: null,
})

const refused = (target: string | null, reason: string): LandingOutcome => ({
  kind: 'refused',
  target,
  reason,
})

// What landings left whose owner died before it could clear: ended, and taken away. One that is still asked for goes on with what is
// there, and a text for a pull request is for a person: both stay.

export interface LandingLeftovers {
  /** Folders in the repositories that landings may have been for. */
  readonly repositories: readonly string[]
  /** Names of the landings that are still to be made; asked where something is left, and right before it goes. */
  queued(): ReadonlySet<string>
}

interface ClearingParts extends LanderOptions {
  /** So that none of them begins meanwhile. */
  inTurn(repo: Repository, work: () => Promise<void>): Promise<void>
  isOver(): boolean
}

/** Never rejects: what cannot be removed now stays for the next owner. */
async function clearLeft(left: LandingLeftovers, parts: ClearingParts): Promise<void> {
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
    if (parts?.every((part) => part !== 'tree' && !isVerify(part)) && parts.length > 0) continue
    if (parts !== null) left.push(name)
  }
  return left
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

async function clearOne(
  name: string,
  home: Repository | null,
  parts: ClearingParts,
): Promise<void> {
  const folder = join(parts.folder, name)
  for (const stage of verifiesIn(folder))
    await endOldStage(join(folder, stage), { bootId: null, key: parts.markerOf(name) }, parts)
  const tree = join(folder, 'tree')
  if (home && existsSync(tree)) await removeScratchTree(home, tree)
  else rmSync(tree, { recursive: true, force: true })
  if (readdirSync(folder).length === 0) rmdirSync(folder)
}
