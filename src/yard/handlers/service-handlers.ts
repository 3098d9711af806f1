/** Requests about the yard as a whole and about its host. */
import { isLaunched } from '../../domain/routing/holder.ts'
import type { z } from 'zod'
import { systemClock } from '../../base/clock.ts'
import { CONTRACT_VERSION } from '../../contract/version.ts'
import type { executorViewSchema, modelViewSchema, Status } from '../../contract/service.ts'
import type { JournalRow, Summary } from '../../contract/view.ts'
import { findModel, modelFor, takesModel } from '../../domain/routing/models.ts'
import { generalModel } from '../../domain/routing/resolve.ts'
import { accountOf, type Profile, type Role, ROLES, type Settings } from '../../domain/settings.ts'
import type { Actor } from '../../domain/command.ts'
import type { Task } from '../../domain/task.ts'
import { type ShownState, SHOWN_STATES } from '../../domain/graph/shown-state.ts'
import type { StoredRow } from '../../store/journal.ts'
import type { ConfigSource } from '../../domain/origin.ts'
import {
  createPageSessions,
  fileBook,
  type PageSession,
  type PageSessions,
} from '../access/page-sessions.ts'
import { routingView } from '../routing/routing-view.ts'
import type { Yard } from '../yard.ts'
import { isoOrNull, isoTime } from '../views/iso-time.ts'
import { toArtifactView } from '../views/task-view.ts'
import { procedures, send, type HandlerContext, type HostHooks } from './context.ts'
import { openSecret } from './agent-token.ts'
import { valueOf } from './failures.ts'

const os = procedures.service

export const serviceHandlers = {
  hello: os.hello.handler(({ context: { yard } }) => ({
    contract: CONTRACT_VERSION,
    version: yard.version,
    pid: process.pid,
    root: yard.paths.root,
  })),
  status: os.status.handler(({ context, signal }) => toStatus(context, signal)),
  page: os.page.handler(({ context }) => ({ pageUrl: context.host.pageUrl() })),
  pageSessions: os.pageSessions.handler(({ context }) =>
    sessionsOf(context).list().map(toSessionView),
  ),
  revokePageSessions: os.revokePageSessions.handler(({ context, input }) =>
    sessionsOf(context)
      .revoke(input.ids ?? 'all')
      .map(toSessionView),
  ),
  pause: os.pause.handler(async ({ context }) => {
    await send(context, { type: 'yard.pause' }, undefined)
    return { paused: context.yard.plan.facts.paused }
  }),
  resume: os.resume.handler(async ({ context }) => {
    await send(context, { type: 'yard.resume' }, undefined)
    return { paused: context.yard.plan.facts.paused }
  }),
  reload: os.reload.handler(async ({ context, input }) => {
    const { settings } = valueOf(await context.yard.reload(input))
    return { settings: settingsView(settings) }
  }),
  stop: os.stop.handler(async ({ context, input }) => {
    const { yard, actor, host } = context
    yard.coordinator.drain()
    const ids = [...yard.plan.agents.values()].filter(isLaunched).map((a) => a.id)
    const kills = (input.killAgents ?? false) && yard.isTrusted()
    if (kills && ids.length > 0)
      valueOf(await yard.kill(ids, { force: false, redispatch: false }, actor))
    const processesLeft = kills ? valueOf(await yard.endLeftovers()) : []
    host.stop()
    return { agentsLeft: yard.plan.agents.size, processesLeft: [...processesLeft] }
  }),
  snapshot: os.snapshot.handler(({ context, signal }) => context.view.snapshot(signal)),
  follow: os.follow.handler(({ context, signal }) => context.view.follow(signal)),
  journal: os.journal.handler(({ context, input }) =>
    context.yard.store.journal(input.since, input.limit).map(toJournalRow),
  ),
  forecast: os.forecast.handler(async ({ context, input: { ids = null, tasks } }) =>
    valueOf(await context.yard.forecasts.read({ ids, tasks })),
  ),
  routing: os.routing.handler(({ context, input: { kind = null } }) =>
    routingView(context.yard, kind),
  ),
  executors: os.executors.handler(({ context }) => {
    context.yard.coordinator.wake()
    return executorViews(context.yard)
  }),
  testExecutor: os.testExecutor.handler(async ({ context, input }) =>
    valueOf(await context.yard.testExecutor(input.name)),
  ),
  wake: os.wake.handler(({ context, input }) => wakeProvider(context, input.provider)),
  models: os.models.handler(({ context }) => modelViews(context.yard)),
  roles: os.roles.handler(({ context }) => roleViews(context.yard)),
  config: os.config.handler(({ context }) => context.yard.config().list()),
  pendingConfig: os.pendingConfig.handler(({ context }) => {
    const pending = context.yard.pendingConfig()
    if (!pending.ok) return { entries: [], problem: pending.error.message }
    return { entries: [...pending.value], problem: null }
  }),
  doctor: os.doctor.handler(({ context: { yard }, input }) => yard.diagnose(input.network)),
  backup: os.backup.handler(async ({ context }) => ({
    path: valueOf(await context.yard.backup()),
  })),
}

const countsOf = (tasks: Summary['tasks']): Status['tasks'] => {
  const counts = SHOWN_STATES.map((state) => [state, tasks[state] ?? 0] as const)
  return Object.fromEntries(counts) as Record<ShownState, number>
}

/** Of the host that runs, which ends what they have open; else those on record. */
const sessionsOf = ({ host, yard }: HandlerContext): PageSessions => {
  const { pageSessions, secret } = yard.paths.service
  return (
    host.sessions ?? createPageSessions(fileBook(pageSessions), openSecret(secret), systemClock)
  )
}

const toSessionView = ({ id, openedAt, expiresAt, browser }: PageSession) => ({
  id,
  browser,
  openedAt: isoTime(openedAt),
  expiresAt: isoTime(expiresAt),
})

async function toStatus(
  { yard, view, host, actor }: HandlerContext,
  signal: AbortSignal | undefined,
): Promise<Status> {
  const summary = await view.summary(signal)
  const isRunning = yard.host !== 'command'
  return {
    running: isRunning,
    pid: isRunning ? process.pid : null,
    uptimeSec: isRunning ? Math.round((yard.now() - yard.openedAt) / 1000) : null,
    url: isRunning ? host.url() : null,
    paused: summary.paused,
    readOnly: summary.readOnly,
    agents: summary.agents,
    machineHold: summary.machine.hold,
    tasks: countsOf(summary.tasks),
    settings: settingsView(yard.config().settings),
    configPending: isRunning ? configPending(yard) : null,
    lastTick: isoOrNull(yard.coordinator.lastTickAt()),
    loopAgeMs: isRunning ? Math.round(yard.coordinator.heartbeatAgeMs()) : null,
    recentErrors: yard.recentErrors().map(({ at, text }) => ({ at: isoTime(at), text })),
    breakers: summary.breakers,
    attention: summary.attention,
    version: yard.version,
    yards: isRunning ? [...yardsFor(actor, host, yard)] : [],
    fleet: endpointView(yard),
  }
}

function endpointView({ fleet }: Yard): Status['fleet'] {
  const state = fleet.endpoint()
  if (!state) return null
  const { listen, url, pin, problem } = state
  return { listen, url, pin, problem }
}

function configPending(yard: Yard): Status['configPending'] {
  const pending = yard.pendingConfig()
  if (!pending.ok) return { keys: [], problem: pending.error.message }
  return pending.value.length === 0
    ? null
    : { keys: pending.value.map(({ key }) => key), problem: null }
}

/** Where other yards are is none of an agent's business. */
const yardsFor = (actor: Actor, host: HostHooks, yard: Yard): readonly string[] =>
  (actor.kind === 'agent' ? null : host.yards?.()) ?? [yard.paths.root]

/** What steers the coordinator now, flags included, and the kinds of work that tags can name. */
function settingsView({ coordinator, agent, judging }: Settings): Record<string, unknown> {
  return {
    maxAgents: coordinator.maxAgents,
    executor: coordinator.executor,
    model: coordinator.model,
    pollIntervalSec: coordinator.pollIntervalMs / 1000,
    heartbeatTimeoutMin: agent.heartbeatTimeoutMs / 60_000,
    kinds: judging.kinds,
  }
}

export const toJournalRow = (row: StoredRow): JournalRow => ({
  ...row,
  at: isoTime(row.at),
  set: row.entity === 'artifact' ? clippedArtifact(row.set) : row.set,
  unset: [...row.unset],
})

const clippedArtifact = (set: StoredRow['set']): StoredRow['set'] =>
  'artifact' in set ? { ...set, artifact: toArtifactView(set['artifact']) } : set

function executorViews(yard: Yard): Promise<z.infer<typeof executorViewSchema>[]> {
  const agents = [...yard.plan.agents.values()]
  const profiles = Object.values(yard.config().settings.executors)
  const views = profiles.map(async (profile) => {
    const { binary, problem } = yard.probeExecutor(profile.name)
    const failed = yard.health.lastFailure(profile.name)
    return {
      name: profile.name,
      type: profile.type,
      model: profile.model,
      permissions: profile.permissions,
      maxAgents: profile.maxAgents,
      alive: agents.filter((agent) => agent.executor === profile.name).length,
      canRun: problem === null,
      problem,
      binary,
      version: await yard.health.version(profile, binary),
      credentials: yard.health.credentials(profile),
      ...routingOf(yard.config().settings, profile),
      lastFailure: failed && {
        agent: failed.agent,
        at: isoTime(failed.at),
        class: failed.failure.class,
        reason: failed.failure.reason,
      },
    }
  })
  return Promise.all(views)
}

/** It sleeps by this account, or waits for a sign-in to it. */
const isHeldBy = (account: string, { state }: Task): boolean =>
  state.kind === 'open'
    ? state.park?.provider === account
    : state.kind === 'waiting' && state.for === 'sign-in' && state.provider === account

async function wakeProvider(context: HandlerContext, account: string): Promise<{ tasks: number }> {
  const { tasks } = context.yard.plan
  const held = [...tasks.values()].filter((task) => isHeldBy(account, task)).map(({ id }) => id)
  // First, so that none of them runs into the wall that the others are still told of.
  await send(context, { type: 'breaker.clear', key: `provider:${account}` }, undefined)
  let woken = 0
  for (const id of held) {
    const now = tasks.get(id)
    // One may have gone on by itself meanwhile.
    if (!now || !isHeldBy(account, now)) continue
    await send(context, { type: 'task.retry', id, fresh: false }, undefined)
    woken += 1
  }
  return { tasks: woken }
}

function routingOf(settings: Settings, profile: Profile) {
  const word = profile.model ?? generalModel(settings, profile)?.name ?? null
  const entry = word === null ? null : findModel(settings, word)
  const names = Object.keys(settings.models)
  return {
    account: accountOf(profile, entry),
    fallback: profile.fallback,
    models: takesModel(profile)
      ? names.filter((name) => modelFor(settings, profile, name).ok)
      : null,
  }
}

function modelViews(yard: Yard): z.infer<typeof modelViewSchema>[] {
  const config = yard.config()
  const { models, roles, coordinator } = config.settings
  return Object.values(models).map(({ price, isAlias: _isAlias, ...entry }) => ({
    ...entry,
    costIn: price?.input ?? null,
    costOut: price?.output ?? null,
    costCached: price?.cached ?? null,
    priceDate: price?.notedOn ?? null,
    roles: ROLES.filter((role) => role !== 'default' && roles[role] === entry.name),
    isDefault: entry.name === coordinator.model,
    source: config.sourceOf(['models', entry.name]),
  }))
}

/** The default is what tasks get that name none, wherever that was said. */
const roleViews = (yard: Yard): { role: Role; model: string | null; source: ConfigSource }[] =>
  ROLES.map((role) => {
    const config = yard.config()
    const key = role === 'default' ? 'coordinator.model' : `models.roles.${role}`
    const entry = config.get(key)
    const { coordinator, roles } = config.settings
    const model = role === 'default' ? coordinator.model : roles[role]
    return { role, model, source: entry.ok ? entry.value.source : 'default' }
  })
