/** Picks the tasks that start next and claims them. One claim command at a time: the next pick must see what this one has committed. */
import type { Agent, Workplace } from '../domain/agent.ts'
import { isLaunched } from '../domain/routing/holder.ts'
import type { Claim, Command } from '../domain/command.ts'
import type { LaunchOrder } from '../domain/executor.ts'
import type { AgentId } from '../domain/ids.ts'
import type { Task } from '../domain/task.ts'
import { keepsWork } from './liveness-monitor.ts'
import type { CoordinatorParts } from './ports.ts'
import { type CapCounts, createCapCounts, type ReadySet } from './ready-set.ts'
import type { Reporter } from './reports.ts'

type Picked = { readonly claim: Claim; readonly task: Task }

export function createClaimer(
  parts: CoordinatorParts,
  ready: ReadySet,
  send: (command: Command) => Promise<unknown>,
  onAnswered: () => void,
) {
  const { plan, dispatcher, machine } = parts
  let underWay: readonly AgentId[] = []
  let isDraining = false
  const folders = createFolders(parts)
  const note = (): void => {
    const living = livingIds(plan)
    machine.note([...living, ...underWay.filter((id) => !plan.agents.has(id))])
  }
  return {
    /** `isRetry`: also while nothing can be saved; asked by the timer only, so that a full disk does not spin the loop. */
    claim(now: number, isRetry: boolean): void {
      if (underWay.length > 0) return
      const wantsNone = isDraining || plan.facts.paused || ready.size === 0
      if (wantsNone) return void machine.take([], 0)
      if (dispatcher.readOnly() !== null && !isRetry) return
      const picks = pickNext(parts, ready, folders, now)
      const claims = picks.map(({ claim }) => claim)
      underWay = claims.map(({ agentId }) => agentId)
      note()
      if (claims.length === 0) return
      void send({ type: 'agents.claim', claims, picked: picks.map(({ task }) => task) }).then(
        () => {
          underWay = []
          note()
          // Those that were refused, or not committed, are looked at again.
          ready.note({
            from: 0,
            seq: 0,
            changes: [],
            touched: new Set(claims.map((c) => c.taskId)),
          })
          onAnswered()
        },
      )
    },
    /** Reports the living agents to the machine; called after each change of them. */
    note,
    drain: () => void (isDraining = true),
  }
}

/** The machine is asked first, because a task that is taken has left the ready set. */
function pickNext(
  parts: CoordinatorParts,
  ready: ReadySet,
  folders: ExclusiveFolders,
  now: number,
): Picked[] {
  const { plan, machine } = parts
  folders.tidy()
  parts.learner?.begin()
  const counts = countLiving(plan, folders)
  const wanted = Math.max(0, Math.min(ready.size, parts.caps().maxAgents - counts.total))
  const room = machine.take(livingIds(plan), wanted)
  const picked: Picked[] = []
  while (picked.length < room) {
    const next = ready.take(now, counts)
    if (!next) break
    const { exclusive, isForPeople: _, fallback: _fallback, ...route } = next.route
    const { task, choice } = next
    const agentId = parts.nextAgentId()
    folders.claimed(agentId, exclusive)
    const chosen = choice === null ? {} : { choice }
    picked.push({ claim: { ...route, ...chosen, taskId: task.id, agentId }, task })
    counts.add({ ...route, tags: task.tags, exclusive, member: task.member })
  }
  return picked
}

function countLiving({ agents }: CoordinatorParts['plan'], folders: ExclusiveFolders): CapCounts {
  const counts = createCapCounts()
  for (const agent of agents.values()) {
    if (!isLaunched(agent) && agent.member !== null) counts.occupyMember(agent.member)
    if (agent.by === 'person') continue
    const folder = folders.of(agent)
    if (isLaunched(agent)) counts.add({ ...agent, exclusive: folder })
    else if (folder !== null) counts.occupy(folder)
  }
  return counts
}

const livingIds = (plan: CoordinatorParts['plan']): AgentId[] =>
  [...plan.agents.values()].filter(isLaunched).map(({ id }) => id)

/** Which folder each living agent has for itself, so that two coding agents never edit one outside git. */
type ExclusiveFolders = ReturnType<typeof createFolders>

interface ExclusiveFolder {
  readonly folder: string | null
  /** Read off the agent itself, not guessed from how its task would be run now. */
  readonly isCertain: boolean
}

function createFolders({ plan, route }: Pick<CoordinatorParts, 'plan' | 'route'>) {
  const known = new Map<AgentId, ExclusiveFolder>()

  const routeOf = (task: Task): string | null => {
    const found = route(task)
    return found.ok ? found.value.exclusive : null
  }
  const folderOf = (agent: Agent): string | null => {
    const task = plan.tasks.get(agent.taskId)
    if (!task) return null
    if (agent.workplace !== null) return held(task, agent, agent.workplace)
    const { executor, model } = agent
    return routeOf(agent.choice === null ? task : { ...task, executor, model })
  }
  /** Where it really works: routed as a task that runs there in the same way, because a later edit of its own task does not move it. */
  const held = (task: Task, agent: Agent, { branch, cwd }: Workplace): string | null => {
    if (branch !== null) return null
    const exec = agent.executorType === 'shell' ? 'true' : null
    const { executor, model } = agent
    const found = route({ ...task, executor, exec, model, worktree: 'off', repo: cwd })
    // Its profile or model has gone from the settings: that it may edit is assumed.
    return found.ok ? found.value.exclusive : cwd
  }
  return {
    /** The folder that no other agent may have meanwhile; null when it shares. */
    of(agent: Agent): string | null {
      const isCertain = agent.workplace !== null
      const earlier = known.get(agent.id)
      if (earlier && (earlier.isCertain || !isCertain)) return earlier.folder
      const folder = folderOf(agent)
      known.set(agent.id, { folder, isCertain })
      return folder
    },
    /** What a claim that is under way will have. */
    claimed: (id: AgentId, folder: string | null) =>
      void known.set(id, { folder, isCertain: false }),
    tidy(): void {
      for (const id of known.keys()) if (!plan.agents.has(id)) known.delete(id)
    },
  }
}

// Launches what is claimed and stops what must stop. Both are repeated until the runtime's reports say otherwise.

export function createAgentReconciler(
  parts: CoordinatorParts,
  reporter: Pick<Reporter, 'isEnding'>,
) {
  const { plan, runtime } = parts
  let isMarked = true
  /** Agents of an earlier owner that nothing is known of: it may have launched them. */
  const unseen = new Set<AgentId>()

  const reconcileOne = (agent: Agent): void => {
    // Its end is known and only waits to be saved: a launch now would run beside the next generation.
    if (agent.by === 'person' || reporter.isEnding(agent.id)) return
    if (!runtime.isHolding(agent.id)) takeUp(agent)
    if (agent.state.kind === 'stopping' && runtime.isHolding(agent.id))
      runtime.stop(agent.id, {
        graceMs: parts.caps().stopGraceMs,
        force: agent.state.force,
        keepsResult: keepsWork(agent, parts.judging),
      })
  }
  /** A claimed agent is launched; any other has begun, or was stopped before it could, and its folder says which. */
  const takeUp = (agent: Agent): void => {
    // A pilot is only placed: its person starts it, and waits for that.
    const isNew =
      agent.state.kind === 'claimed' &&
      (parts.startsAgents || agent.by === 'pilot') &&
      !unseen.has(agent.id)
    const order = parts.orderOf(agent)
    if (!order) return parts.log.error('a living agent has no order', { agent: agent.id })
    unseen.delete(agent.id)
    if (isNew) return runtime.launch(order)
    void runtime.recover([order]).catch((error: unknown) => {
      parts.log.error('looking at an agent failed', { agent: agent.id, error: String(error) })
    })
  }
  return {
    /** Orders of the agents of an earlier owner. One that has none now is looked at later: it must not keep the yard shut. */
    inherited(): LaunchOrder[] {
      const { orders, without } = ordersOf(parts)
      for (const id of without) unseen.add(id)
      return orders
    },
    /** Agents have changed, or it is time to look again. */
    mark: () => void (isMarked = true),
    reconcile(): void {
      if (!isMarked) return
      isMarked = false
      for (const agent of plan.agents.values()) {
        try {
          reconcileOne(agent)
        } catch (error) {
          // An order is made from reads of the store. The others must not wait for this one.
          isMarked = true
          parts.log.error('an agent could not be attended to; it is tried again', {
            agent: agent.id,
            error: String(error),
          })
        }
      }
    },
  }
}

function ordersOf({ plan, orderOf, log }: CoordinatorParts) {
  const orders: LaunchOrder[] = []
  const without: AgentId[] = []
  for (const agent of plan.agents.values()) {
    if (agent.by === 'person') continue
    try {
      const order = orderOf(agent)
      if (order) orders.push(order)
      else without.push(agent.id)
    } catch (error) {
      without.push(agent.id)
      log.error('an agent of an earlier owner could not be looked at; it is tried again', {
        agent: agent.id,
        error: String(error),
      })
    }
  }
  return { orders, without }
}
