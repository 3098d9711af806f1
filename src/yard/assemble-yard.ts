/** The `Yard` that hosts and handlers see, over the opened parts. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import { err, ok, type Result } from '../base/result.ts'
import type { Scope } from '../base/scope.ts'
import type { Coordinator } from '../coordinator/coordinator.ts'
import type { Dispatcher } from '../coordinator/dispatch.ts'
import type { Actor, Command } from '../domain/command.ts'
import type { Runtime } from '../domain/executor.ts'
import { failure, type Failure } from '../domain/failure.ts'
import type { AgentId } from '../domain/ids.ts'
import type { Plan } from '../domain/plan.ts'
import type { OpenStore } from '../store/open-store.ts'
import { makeBackup } from './backups.ts'
import type { Current, OpenYardOptions } from './open-yard.ts'
import { readConfig } from './open-yard.ts'
import { probe } from './probe.ts'
import { readWindow } from './read-window.ts'
import { createRoutes, type Routes } from './routes.ts'
import { nextFireAt } from './timetable.ts'
import { isTrusted } from './trust.ts'
import type { Yard } from './yard.ts'
import { YARD_VERSION } from './yard-version.ts'

export interface YardParts {
  readonly options: OpenYardOptions
  readonly current: Current
  readonly opened: OpenStore
  readonly dispatcher: Dispatcher
  readonly runtime: Runtime
  readonly coordinator: Coordinator
  readonly clock: Clock
  readonly dataFolder: string
  readonly nextAgentId: () => AgentId
  readonly scope: Scope
}

/** Beyond the grace: the kill loop itself and the settling. */
const KILL_MARGIN_MS = 20_000
/** A worktree of a large repository takes its time. */
const LAUNCH_WAIT_MS = 30_000
const KEPT_ERRORS = 50

export function assembleYard(parts: YardParts): Yard {
  const { options, current, opened, dispatcher, runtime, coordinator, clock } = parts
  const { plan, store } = opened
  const errors: { at: number; text: string }[] = []
  const log = rememberErrors(options.log, errors, clock)
  const openedAt = clock.now()
  parts.scope.add(startBackups(parts, log))

  const dispatch: Yard['dispatch'] = async (command, by, commandId) => {
    const fault = faultOf(current.routes, plan, command)
    if (fault) return err(fault)
    const reply = await dispatcher.dispatch(command, by, commandId)
    if (reply.ok && command.type === 'yard.pause') await untilLaunched()
    return reply
  }
  const until = (isOver: () => boolean, waitMs: number): Promise<boolean> =>
    new Promise((resolve) => {
      if (isOver()) return resolve(true)
      const finish = (): void => {
        off()
        cancel()
        resolve(isOver())
      }
      const off = dispatcher.onCommitted(() => isOver() && finish())
      const cancel = clock.after(waitMs, finish)
    })
  /** Promise 7: what was claimed before a pause has begun, or has failed to, when the pause returns. */
  const untilLaunched = (): Promise<boolean> => {
    const claimed = [...plan.agents.values()].filter((a) => a.state.kind === 'claimed')
    return until(
      () => claimed.every(({ id }) => plan.agents.get(id)?.state.kind !== 'claimed'),
      LAUNCH_WAIT_MS,
    )
  }
  const untilEnded = (ids: readonly AgentId[], waitMs: number): Promise<boolean> =>
    until(() => ids.every((id) => !plan.agents.has(id)), waitMs)
  const stopping = (): AgentId[] =>
    [...plan.agents.values()].filter((a) => a.state.kind === 'stopping').map((a) => a.id)
  const graceMs = (): number => current.config.settings.agent.stopGraceMs

  return {
    paths: options.paths,
    host: options.host,
    version: YARD_VERSION,
    openedAt,
    log,
    plan,
    store,
    config: () => current.config,
    now: () => clock.now(),
    dispatch,
    onCommitted: (listener) => dispatcher.onCommitted(listener),
    nextFireAt: (schedule, from) => nextFireAt(schedule, from, current.config.settings.schedule.tz),
    facts: (id) => runtime.facts(id),
    nextAgentId: parts.nextAgentId,
    readOnly: () => dispatcher.readOnly(),
    isTrusted: () => current.isTrusted,
    recentErrors: () => errors,
    lastTickAt: () => coordinator.lastTickAt(),
    heard: (id) => coordinator.heard(id),
    startNone: () => coordinator.drain(),
    setUrl: (url) => void (current.url = url),
    async kill(ids, how, by) {
      const living = ids.filter((id) => plan.agents.has(id))
      const reason = how.redispatch ? 'redispatch' : 'killed'
      const replies = await Promise.all(
        living.map((agentId) =>
          dispatch({ type: 'agent.stop', agentId, reason, force: how.force }, by),
        ),
      )
      const refused = replies.find((reply) => !reply.ok)
      if (refused && !refused.ok) return refused
      const done = await untilEnded(living, (how.force ? 0 : graceMs()) + KILL_MARGIN_MS)
      if (done) return ok(living)
      return err(
        failure(
          'timeout',
          `not all agents have ended yet: ${living.filter((id) => plan.agents.has(id)).join(', ')}`,
          { hint: 'yard kill --force, and yard service logs says what is left' },
        ),
      )
    },
    look: () => coordinator.tick(),
    async forget(ids, by) {
      const reply = await dispatch({ type: 'agents.forget', ids }, by)
      if (!reply.ok) return reply
      const gone = ids.filter((id) => reply.value.ids.includes(id))
      for (const id of gone)
        rmSync(join(options.paths.agents, id), { recursive: true, force: true })
      return ok(gone)
    },
    async reload(flags) {
      const config = readConfig(options, flags)
      if (!config.ok) return config
      current.config = config.value
      current.routes = createRoutes(config.value.settings, options.paths.root)
      current.isTrusted = isTrusted({ paths: options.paths, dataFolder: parts.dataFolder })
      opened.setSynchronous(config.value.settings.store.synchronous)
      coordinator.onSettings()
      return config
    },
    probeExecutor: (name) => probe(current.config.settings, name, options),
    readOutput: (id, window) =>
      readWindow({ agents: options.paths.agents, plan, store }, id, window),
    backup: () => backupNow(parts),
    async close() {
      coordinator.drain()
      if (options.runsAgents) await untilLaunched()
      await untilEnded(stopping(), graceMs() + KILL_MARGIN_MS)
      await parts.scope.close()
    },
  }
}

/** Refuses what could never run, before it is written: an unknown executor or model, a command for one that takes none. */
function faultOf(routes: Routes, plan: Plan, command: Command): Failure | null {
  if (command.type === 'task.add') return routes.faultOf(command.task)
  if (command.type === 'task.edit') return faultOfEdit(routes, plan, command)
  if (command.type !== 'tasks.import') return null
  for (const [index, { task }] of command.tasks.entries()) {
    const fault = routes.faultOf(task)
    if (fault) return { ...fault, facts: { ...fault.facts, faults: [{ index, ...fault }] } }
  }
  return null
}

function faultOfEdit(
  routes: Routes,
  plan: Plan,
  { id, edit }: Extract<Command, { type: 'task.edit' }>,
): Failure | null {
  const task = plan.tasks.get(id)
  if (!task || (edit.executor === undefined && edit.exec === undefined && edit.model === undefined))
    return null
  const { executor = task.executor, exec = task.exec, model = task.model } = edit
  return routes.faultOf({ executor, exec, model })
}

function backupNow(parts: YardParts): Promise<Result<string, Failure>> {
  const { options, opened, dataFolder, clock, current } = parts
  return makeBackup({
    store: opened.store,
    dataFolder,
    root: options.paths.root,
    at: clock.now(),
    keep: current.config.settings.store.backups,
  })
}

/** Rolling backups while a full host lives, only of what has changed since the last one. */
function startBackups(parts: YardParts, log: Log): () => void {
  let lastSeq = parts.opened.store.seq
  let cancel = (): void => {}
  const next = (): void => {
    cancel = parts.clock.after(parts.current.config.settings.store.backupIntervalMs, () => {
      const { seq } = parts.opened.store
      const isDue = parts.current.config.settings.store.backups > 0 && seq !== lastSeq
      lastSeq = seq
      if (isDue)
        void backupNow(parts).then(
          (made) => made.ok || log.error('the backup failed', { why: made.error.message }),
        )
      next()
    })
  }
  if (parts.options.runsAgents) next()
  return () => cancel()
}

function rememberErrors(log: Log, errors: { at: number; text: string }[], clock: Clock): Log {
  return {
    ...log,
    error(message, facts) {
      errors.push({
        at: clock.now(),
        text: facts ? `${message}: ${JSON.stringify(facts)}` : message,
      })
      if (errors.length > KEPT_ERRORS) errors.shift()
      log.error(message, facts)
    },
  }
}

export type { Actor }
