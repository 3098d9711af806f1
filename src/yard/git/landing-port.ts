/** How results of this yard reach their target branch: orders from committed state, and the lander that carries them out. */
import { MARKER_VARIABLE } from '../../domain/ids.ts'
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { agentEnvironment, applyEnvironment } from '../../agents/executors/launch/environment.ts'
import { worktreeNameOf } from '../../agents/git/worktree/worktree-registry.ts'
import { createProcessHost } from '../../agents/process/host/identity.ts'
import type { Launcher } from '../../agents/process/launcher/launcher.ts'
import { createLander, type LandingLeftovers } from '../../agents/runtime/lander.ts'
import type { Clock } from '../../base/clock.ts'
import type { Scope } from '../../base/scope.ts'
import type { LandingPort } from '../../coordinator/ports.ts'
import { type Agent } from '../../domain/agent.ts'
import type { LandingOrder, Merger } from '../../domain/landing.ts'
import type { Plan } from '../../domain/plan.ts'
import { modelFor } from '../../domain/routing/models.ts'
import { resolveExecutor } from '../../domain/routing/resolve.ts'
import {
  isCodingAgent,
  type Profile,
  type Settings,
  type WorktreeSettings,
} from '../../domain/settings.ts'
import type { Task } from '../../domain/task.ts'
import type { OpenStore } from '../../store/open-store.ts'
import { probe } from '../executors/probe.ts'
import type { Current, OpenYardOptions } from '../yard.ts'
import { planGitGuard } from './plan-git-guard.ts'

interface Parts {
  readonly options: OpenYardOptions & { readonly clock: Clock }
  readonly current: Current
  readonly opened: OpenStore
  readonly launcher: Launcher
  readonly scope: Scope
}

export function openLanding(parts: Parts): LandingPort {
  const { options, current, opened, scope } = parts
  const { clock, log, paths } = options
  const lander = createLander({
    clock,
    log,
    launcher: parts.launcher,
    host: createProcessHost(),
    folder: join(paths.yard, 'landings'),
    environmentOf: (order) => environmentOf(options, order),
    markerOf: (name) => markerOf(options, name),
    guardOf: (name) => planGitGuard({ plan: opened.plan, paths }, markerOf(options, name)),
    mayTouch: () => current.isTrusted,
  })
  scope.add(() => lander.close())
  if (options.runsAgents) void lander.clearLeft(leftOf(opened.plan, paths.root))
  const settings = (): Settings => current.config.settings
  return {
    lander,
    policy: () => (current.isTrusted ? settings().worktree.land : 'keep'),
    orderOf: (task) => orderOf(opened, settings(), paths.root, task),
    mergerOf: (task) =>
      mergerOf(settings(), task, (name) => probe(settings(), name, options).problem === null),
  }
}

const nameOf = ({ id, worktreeName }: Task): string => worktreeName ?? worktreeNameOf(id)

function leftOf(plan: Plan, root: string): LandingLeftovers {
  const queued = (): ReadonlySet<string> => {
    const names = new Set<string>()
    for (const task of plan.tasks.notable())
      if (task.landing?.state === 'queued') names.add(nameOf(task))
    return names
  }
  const repositories = new Set([root])
  for (const { repo } of plan.tasks.notable()) if (repo !== null) repositories.add(repo)
  return { repositories: [...repositories], queued }
}

function orderOf(
  { plan, store }: OpenStore,
  { worktree }: Settings,
  root: string,
  task: Task,
): LandingOrder | null {
  const { landing, resultCommit } = task
  const result = landing?.result ?? resultCommit
  if (result === null) return null
  const { target } = worktree
  return {
    taskId: task.id,
    title: task.title,
    description: task.description,
    result,
    commit: settledResult(plan, task) ?? result,
    folder: task.repo ?? root,
    name: nameOf(task),
    target: target ?? placedFor(store.agents({ which: 'all', taskId: task.id })),
    verify: task.verify,
    how: howOf(worktree, landing?.pullRequest === true),
    askedAt: landing?.at ?? 0,
  }
}

/** What a merge task has made of it; null while none has. */
function settledResult(plan: Plan, { landing }: Task): string | null {
  const merge = landing?.mergeTask ? plan.tasks.get(landing.mergeTask) : undefined
  return merge?.state.kind === 'done' ? merge.resultCommit : null
}

const howOf = ({ land, push, remote }: WorktreeSettings, isForPr: boolean): LandingOrder['how'] =>
  isForPr || land === 'pr' ? { kind: 'pr', remote: push ? remote : null } : { kind: 'merge' }

const placedFor = (agents: readonly Agent[]): string | null =>
  agents.findLast(({ workplace }) => workplace?.branch != null)?.workplace?.target ?? null

/**
 * Its own executor where that edits files, else the one of tasks that name none: whichever can run here. No other is chosen, for
 * the configuration names no other; then a person merges.
 */
export function mergerOf(
  settings: Settings,
  task: Pick<Task, 'executor' | 'exec'>,
  canRun: (executor: string) => boolean,
): Merger {
  const { worktree, roles } = settings
  if (worktree.merger === 'person') return BY_PERSON
  if (worktree.merger !== 'agent') return { executor: worktree.merger, model: null }
  const able = (wish: Parameters<typeof resolveExecutor>[1]): Profile | null => {
    const found = resolveExecutor(settings, wish)
    if (!found.ok) return null
    const { profile } = found.value
    const editsFiles = isCodingAgent(profile.type) || profile.coding
    return editsFiles && canRun(profile.name) ? profile : null
  }
  const own = able(task)
  const profile = own ?? able({ executor: null, exec: null })
  if (profile === null) return BY_PERSON
  const fits = roles.merger !== null && modelFor(settings, profile, roles.merger).ok
  return { executor: own?.name ?? null, model: fits ? roles.merger : null }
}

const BY_PERSON: Merger = { executor: 'manual', model: null }

const SHELL = { name: 'shell', type: 'shell', env: {}, baseUrl: null, apiKeyEnv: null } as const

/**
 * What runs there is code that agents wrote, while none of them may be left. So it bears a marker that no agent
 * has, and no token: to the yard it is the work of an agent that cannot be named, which may do nothing. The marker is the same
 * under the next owner, who may have to end what this one began.
 */
function environmentOf({ env, paths }: Parts['options'], { name, taskId }: LandingOrder) {
  const change = agentEnvironment(SHELL, env)
  const marker = markerOf({ paths }, name)
  const own = { YARD_DIR: paths.root, YARD_TASK_ID: taskId, [MARKER_VARIABLE]: marker }
  return { ...applyEnvironment(env, change), ...own }
}

function markerOf({ paths }: Pick<Parts['options'], 'paths'>, name: string): string {
  const place = createHash('sha256').update(`${paths.yard}\0${name}`).digest('hex').slice(0, 32)
  return `landing-${place}`
}

/** Where nothing of this machine is run, nothing lands. */
export const NO_LANDING: LandingPort = {
  lander: {
    land: () => Promise.resolve(null),
    clear: () => Promise.resolve(),
    close: () => Promise.resolve(),
  },
  policy: () => 'keep',
  orderOf: () => null,
  mergerOf: () => ({ executor: null, model: null }),
}
