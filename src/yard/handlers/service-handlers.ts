/** Requests about the yard as a whole and about its host. */
import type { z } from 'zod'
import { CONTRACT_VERSION } from '../../contract/contract.ts'
import type { executorViewSchema, modelViewSchema, Status } from '../../contract/service.ts'
import type { JournalRow } from '../../contract/view.ts'
import type { Settings } from '../../domain/settings.ts'
import type { StoredRow } from '../../store/store.ts'
import type { Yard } from '../yard.ts'
import { isoOrNull, isoTime } from '../views/iso-time.ts'
import { procedures, send, type HandlerContext } from './context.ts'
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
    yard.startNone()
    const ids = [...yard.plan.agents.values()].filter((a) => a.by === 'process').map((a) => a.id)
    if (input.killAgents && ids.length > 0)
      valueOf(await yard.kill(ids, { force: false, redispatch: false }, actor))
    host.stop()
    return { agentsLeft: yard.plan.agents.size }
  }),
  snapshot: os.snapshot.handler(({ context, signal }) => context.view.snapshotInPieces(signal)),
  follow: os.follow.handler(({ context, signal }) => context.view.follow(signal)),
  journal: os.journal.handler(({ context, input }) =>
    context.yard.store.journal(input.since, input.limit).map(toJournalRow),
  ),
  executors: os.executors.handler(({ context }) => executorViews(context.yard)),
  models: os.models.handler(({ context }) => modelViews(context.yard)),
  config: os.config.handler(({ context }) => context.yard.config().list()),
  backup: os.backup.handler(async ({ context }) => ({
    path: valueOf(await context.yard.backup()),
  })),
}

async function toStatus(
  { yard, view, host }: HandlerContext,
  signal: AbortSignal | undefined,
): Promise<Status> {
  const summary = await view.summary(signal)
  const isRunning = yard.host !== 'command'
  return {
    running: isRunning,
    pid: isRunning ? process.pid : null,
    uptimeSec: isRunning ? Math.round((yard.now() - yard.openedAt) / 1000) : null,
    url: host.url(),
    paused: summary.paused,
    readOnly: summary.readOnly,
    agents: summary.agents,
    tasks: summary.tasks,
    settings: settingsView(yard.config().settings),
    lastTick: isoOrNull(yard.lastTickAt()),
    recentErrors: yard.recentErrors().map(({ at, text }) => ({ at: isoTime(at), text })),
    breakers: summary.breakers,
    attention: summary.attention,
    version: yard.version,
  }
}

/** What steers the coordinator now, flags included. */
function settingsView({ coordinator, agent }: Settings): Record<string, unknown> {
  return {
    maxAgents: coordinator.maxAgents,
    executor: coordinator.executor,
    model: coordinator.model,
    pollIntervalSec: coordinator.pollIntervalMs / 1000,
    heartbeatTimeoutMin: agent.heartbeatTimeoutMs / 60_000,
  }
}

export const toJournalRow = (row: StoredRow): JournalRow => ({
  ...row,
  at: isoTime(row.at),
  unset: [...row.unset],
})

function executorViews(yard: Yard): z.infer<typeof executorViewSchema>[] {
  const agents = [...yard.plan.agents.values()]
  return Object.values(yard.config().settings.executors).map((profile) => {
    const { binary, problem } = yard.probeExecutor(profile.name)
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
    }
  })
}

function modelViews(yard: Yard): z.infer<typeof modelViewSchema>[] {
  const config = yard.config()
  return Object.values(config.settings.models).map((entry) => ({
    ...entry,
    isDefault: entry.name === config.settings.coordinator.model,
    source: config.sourceOf(['models', entry.name]),
  }))
}
