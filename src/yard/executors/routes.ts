/** How each task would be run now, by the settings; remembered until they change. */
import { finished, type Steps } from '../../base/steps.ts'
import { statSync } from 'node:fs'
import { isAbsolute } from 'node:path'
import { err, ok, orElse, type Result } from '../../base/result.ts'
import type { Caps, Route } from '../../coordinator/ports.ts'
import { foreignKeyError } from '../../agents/executors/native.ts'
import type { LoadedConfig } from '../../config/load.ts'
import { exclusiveFolderOf } from '../../agents/runtime/workdir.ts'
import type { AnyCommand } from '../../domain/command.ts'
import { issuesFailure, issuesOfAdd, type IndexedIssue } from '../../domain/decide/decide-add.ts'
import { failure, type Failure } from '../../domain/failure.ts'
import { isStanding } from '../../domain/messages/standing.ts'
import type { Plan } from '../../domain/plan.ts'
import type { NewTask, Task } from '../../domain/task.ts'
import {
  ignoredBy,
  mismatchOf,
  type ModelChoice,
  resolveExecutor,
  resolveModel,
  fallbackOf,
  timelessIssue,
} from '../../domain/routing/resolve.ts'
import { unknownCostOf, unpricedLive } from '../../domain/budget/known-cost.ts'
import type { RoutingArm } from '../../domain/judging/judging-settings.ts'
import { findModel, profileModelOf } from '../../domain/routing/models.ts'
import {
  accountOf,
  hasPrompt,
  isTakenByPeople,
  type Profile,
  type Settings,
} from '../../domain/settings.ts'
import type { IdentityBook } from '../judging/identities.ts'
import { endpointOf, endpointText, originsOf } from './origins.ts'

type Asked = Pick<
  NewTask,
  | 'executor'
  | 'exec'
  | 'model'
  | 'verify'
  | 'budget'
  | 'budgetTokens'
  | 'context'
  | 'mode'
  | 'schedule'
  | 'delayMs'
  | 'notBefore'
  | 'identity'
  | 'member'
>

export type Routes = ReturnType<typeof createRoutes>

/** Finds the identity that a task names. */
type Identities = Pick<IdentityBook, 'resolve'>

export function createRoutes(config: Config, root: string, identities: Identities) {
  const { settings } = config
  const known = new Map<string, Result<Route, Failure>>()
  const arms = new Map<string, Result<Route, Failure>>()
  return {
    of(task: Task): Result<Route, Failure> {
      const { executor, exec, model, worktree, repo, timeoutMs, member } = task
      const isMerge = task.merging !== null
      const key = JSON.stringify([
        executor,
        exec === null,
        model,
        worktree,
        repo,
        timeoutMs,
        member,
        isMerge,
        task.budget !== null,
        (task.budgetTokens ?? null) !== null,
      ])
      let route = known.get(key)
      if (!route) known.set(key, (route = routeOf(config, task, root)))
      // Not remembered: files of identities come and go without a reload.
      const turn = route.ok && isStanding(task.id) ? turnRoute(task, route.value) : route
      return turn.ok ? withIdentity(identities, task, byMember(settings, task, turn.value)) : turn
    },
    /** How a task that names neither executor nor model would be run with these; a failure where it cannot be. */
    withArm(task: Task, arm: Pick<RoutingArm, 'executor' | 'model'>): Result<Route, Failure> {
      const { worktree, repo, timeoutMs } = task
      const caps = [task.budget !== null, (task.budgetTokens ?? null) !== null]
      const key = JSON.stringify([arm.executor, arm.model, worktree, repo, timeoutMs, ...caps])
      let route = arms.get(key)
      if (!route) arms.set(key, (route = routeOf(config, { ...task, ...arm }, root, BY_ARMS)))
      return route.ok ? withIdentity(identities, task, route.value) : route
    },
    /** Why a task as somebody asks for it could never run, or would ignore what is said of it; null when neither. */
    faultOf(task: Asked, said: Asked = task): Failure | null {
      const { budget, budgetTokens } = task
      const wish = saidOf(task)
      const choice = resolveExecutor(settings, wish)
      if (!choice.ok) return choice.error
      const misfit = mismatchOf(wish, choice.value.profile)
      if (misfit) return misfit
      const idle = ignoredBy(said, choice.value.profile) ?? timelessIssue(settings, task)
      if (idle) return idle
      const chosen = resolveModel(settings, wish, choice.value.profile)
      if (!chosen.ok) return chosen.error
      const caps = { budget, budgetTokens }
      const { profile } = choice.value
      const fault = modelFault(settings, caps, profile, chosen.value.name)
      return fault ?? unknownIdentityOf(identities, said)
    },
  }
}

const saidOf = ({ executor, exec, model, verify, member }: Asked) => ({
  executor: executor ?? null,
  exec: exec ?? null,
  model: model ?? null,
  verify: verify ?? null,
  member: member ?? null,
})

type Config = Pick<LoadedConfig, 'settings' | 'get'>

/** For people: why an agent has an executor and a model that were chosen. */
const BY_ARMS = 'chosen among routing.arms'

/** `chosenBy`: who named executor and model in place of the task itself; no other profile stands in then. */
function routeOf(
  config: Config,
  task: Task,
  root: string,
  chosenBy: string | null = null,
): Result<Route, Failure> {
  const { settings } = config
  const origins = originsOf(config)
  const choice = resolveExecutor(settings, task, origins)
  if (!choice.ok) return choice
  const { profile, why } = choice.value
  const misfit = mismatchOf(task, profile)
  if (misfit) return err(misfit)
  const model = resolveModel(settings, task, profile, origins)
  if (!model.ok) return model
  const fault = modelFault(settings, task, profile, model.value.name)
  if (fault) return err(fault)
  const scene = { config, task, root }
  if (chosenBy === null) return ok(routeBy(scene, { profile, why, model: model.value }))
  const way = { profile, why: chosenBy, model: { ...model.value, why: chosenBy } }
  return ok({ ...routeBy(scene, way), fallback: null })
}

/** A member that a person drives is not started; one that begins anew each time keeps no conversation. */
function byMember({ members }: Settings, { member }: Task, route: Route): Route {
  const known = member === null ? undefined : members[member]
  if (!known) return route
  const isForPeople = route.isForPeople || known.isPiloted
  return {
    ...route,
    isForPeople,
    ...(known.conversation === 'new' ? { isFresh: true as const } : {}),
  }
}

/** A turn is there for messages: what is handed no prompt would be started for them again and again. */
function turnRoute({ member }: Task, route: Route): Result<Route, Failure> {
  if (!route.hasNoPrompt)
    return ok(route.fallback?.hasNoPrompt ? { ...route, fallback: null } : route)
  const what = `executor "${route.executor}" has no prompt, so no turn of ${member} can be handed messages`
  return err(
    failure('bad-request', what, {
      hint: `give its command {prompt_file}, or set stdin = "prompt"; yard member add ${member} --executor NAME takes another`,
    }),
  )
}

/** A command in a shell is nobody: there is no prompt that could say so. */
function withIdentity(
  identities: Identities,
  { identity: word }: Task,
  route: Route,
): Result<Route, Failure> {
  if (word === null || route.executorType === 'shell') return ok(route)
  const found = identities.resolve(word)
  if (!found.ok) return found
  const { source: _source, file: _file, ...identity } = found.value
  const { fallback } = route
  return ok({ ...route, identity, ...(fallback ? { fallback: { ...fallback, identity } } : {}) })
}

function unknownIdentityOf(identities: Identities, { identity }: Asked): Failure | null {
  const found = identity == null ? null : identities.resolve(identity)
  return found === null || found.ok ? null : found.error
}

const modelFault = (
  settings: Settings,
  caps: Parameters<typeof unknownCostOf>[1],
  profile: Profile,
  model: string | null,
): Failure | null =>
  strayKeyOf(settings, profile, model) ?? unknownCostOf(settings, caps, profile, model)

/** A key that would go to an address that it was not named for. */
function strayKeyOf(settings: Settings, profile: Profile, model: string | null): Failure | null {
  if (profile.type !== 'native' || model === null) return null
  const entry = findModel(settings, model)
  const fault = foreignKeyError(profile, entry, profileModelOf(settings, profile))
  return fault === null ? null : failure('not-allowed', fault)
}

interface Way {
  readonly profile: Profile
  readonly why: string
  readonly model: ModelChoice
}

function routeBy(
  scene: { readonly config: Config; readonly task: Task; readonly root: string },
  { profile, why, model }: Way,
): Route {
  const { config, task, root } = scene
  const { settings } = config
  const { provenance, ...claim } = claimBy(config, task, { profile, why, model })
  const next = fallbackOf(settings, task, profile)
  const isSafe = next !== null && strayKeyOf(settings, next.profile, next.model.name) === null
  const note = noteOnPrice(settings, { task, profile, model: model.name })
  return {
    ...claim,
    provenance: { ...provenance, model: `${model.why}${note}` },
    timeoutMs: isTakenByPeople(profile.type) ? null : (task.timeoutMs ?? profile.timeoutMs),
    exclusive: exclusiveFolderOf({ task, profile }, root),
    isForPeople: isTakenByPeople(profile.type),
    ...(hasPrompt(profile) ? {} : { hasNoPrompt: true as const }),
    fallback: isSafe ? routeBy(scene, { ...next, why: `fallback of "${profile.name}"` }) : null,
  }
}

/** What a claim says of how its agent is run. */
export function claimBy(config: Config, task: Task, { profile, why, model }: Way) {
  const entry = model.name === null ? null : findModel(config.settings, model.name)
  const endpoint = endpointOf(config, task, profile, entry)
  return {
    executor: profile.name,
    executorType: profile.type,
    model: model.name,
    modelId: model.modelId,
    provider: accountOf(profile, entry),
    provenance: {
      executor: why,
      model: model.why,
      ...(endpoint === null ? {} : { endpoint: endpointText(endpoint) }),
    },
  }
}

/** A cap in dollars that cannot stop it while it works is told with its launch. */
function noteOnPrice(
  settings: Settings,
  {
    task,
    profile,
    model,
  }: { readonly task: Task; readonly profile: Profile; readonly model: string | null },
): string {
  const { dayUsd, graphUsd } = settings.budget
  const isCapped = task.budget !== null || dayUsd !== null || graphUsd !== null
  const why = isCapped ? unpricedLive(settings, profile, model) : null
  return why === null ? '' : `; budgets in dollars see its cost at its end only: ${why}`
}

export function capsOf(settings: Settings, mayStart: boolean): Caps {
  const { coordinator, agent, caps, schedule } = settings
  const capped = Object.values(settings.executors).flatMap((p) =>
    p.maxAgents === null ? [] : [[p.name, p.maxAgents] as const],
  )
  return {
    maxAgents: mayStart ? coordinator.maxAgents : 0,
    executors: Object.fromEntries(capped),
    models: caps.models,
    tags: caps.tags,
    pollIntervalMs: coordinator.pollIntervalMs,
    heartbeatTimeoutMs: agent.heartbeatTimeoutMs,
    stopGraceMs: agent.stopGraceMs,
    doneGraceMs: agent.doneGraceMs,
    endSilent: agent.endSilent,
    missed: schedule.missed,
  }
}

/** Refuses what could never run, before it is written: an unknown executor or model, a command for one that takes none. */
export function* routeIssueInSteps(
  routes: Routes,
  plan: Plan,
  command: AnyCommand,
): Steps<Failure | null> {
  if (command.type === 'task.add')
    return routes.faultOf(command.task) ?? faultOfRepo(command.task.repo)
  if (command.type === 'task.edit') return faultOfEdit(routes, plan, command)
  if (command.type === 'tasks.change') {
    for (const each of command.commands) {
      const fault = yield* routeIssueInSteps(routes, plan, each)
      if (fault) return fault
      yield
    }
    return null
  }
  if (command.type !== 'tasks.import') return null
  const tasks = command.tasks.map(({ task }) => task)
  const faults = yield* routeFaults(routes, tasks)
  if (faults.length === 0) return null // the rest is decided with the command
  return issuesFailure([...faults, ...issuesOfAdd(plan, tasks)], tasks.length)
}

function* routeFaults(routes: Routes, tasks: readonly NewTask[]): Steps<IndexedIssue[]> {
  const faults: IndexedIssue[] = []
  for (const [index, task] of tasks.entries()) {
    const fault = routes.faultOf(task) ?? faultOfRepo(task.repo)
    if (fault) faults.push({ index, failure: fault })
    yield
  }
  return faults
}

export const importIssues = (
  routes: Routes,
  plan: Plan,
  tasks: readonly NewTask[],
): readonly IndexedIssue[] => [...finished(routeFaults(routes, tasks)), ...issuesOfAdd(plan, tasks)]

function faultOfEdit(
  routes: Routes,
  plan: Plan,
  { id, edit }: Extract<AnyCommand, { type: 'task.edit' }>,
): Failure | null {
  const task = plan.tasks.get(id)
  const repo = faultOfRepo(edit.repo)
  if (repo) return repo
  const { executor, exec, model, verify, budget, budgetTokens, context, mode, schedule } = edit
  const { identity } = edit
  const fields = { executor, exec, model, verify, budget, budgetTokens, context, mode, identity }
  const said = definedOf({ ...fields, schedule })
  if (!task || Object.keys(said).length === 0) return null
  const asked = { ...task, ...said, notBefore: edit.notBefore ?? startOf(task) }
  // What it has been left with by an earlier program is no fault of this edit.
  return routes.faultOf(asked, executor === undefined && exec === undefined ? said : asked)
}

const startOf = ({ state }: Task): number | undefined =>
  state.kind === 'open' ? (state.notBefore ?? undefined) : undefined

function faultOfRepo(repo: string | null | undefined): Failure | null {
  if (repo == null) return null
  if (!isAbsolute(repo))
    return failure('bad-request', `repo "${repo}" is not an absolute path`, {
      hint: 'write it whole',
    })
  if (isFolder(repo)) return null
  return failure('bad-request', `there is no folder ${repo}`, {
    hint: 'make it first, or name another with --repo',
  })
}

function isFolder(path: string): boolean {
  return orElse(() => statSync(path).isDirectory(), false) // not there, too long, or not for us to see
}

/** Fields that an edit does not name stay as the task has them. */
const definedOf = <T extends object>(fields: T): Partial<T> =>
  Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  ) as Partial<T>
