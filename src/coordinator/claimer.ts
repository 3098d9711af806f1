/** Picks who starts next and claims it. One claim command at a time: the next pick must see what this one has committed. */
import { isLaunched } from '../domain/agent.ts'
import type { Claim } from '../domain/command.ts'
import type { AgentId } from '../domain/ids.ts'
import type { Task } from '../domain/task.ts'
import { createPlaces, type Places } from './places.ts'
import type { CoordinatorParts } from './ports.ts'
import type { ReadySet } from './ready-set.ts'
import { countedAs, createCapCounts, type CapCounts } from './cap-counts.ts'
import type { Send } from './send.ts'

export interface Claimer {
  /** `isRetry`: also while nothing can be saved; asked by the timer only, so that a full disk does not spin the loop. */
  claim(now: number, isRetry: boolean): void
  /** Tells the machine who lives here; after each change of that. */
  note(): void
  /** Claims nothing from now on. */
  drain(): void
}

type Parts = Pick<
  CoordinatorParts,
  'plan' | 'dispatcher' | 'caps' | 'route' | 'machine' | 'nextAgentId'
>

interface Picked {
  readonly claim: Claim
  readonly task: Task
}

export function createClaimer(
  parts: Parts,
  ready: ReadySet,
  send: Send,
  onAnswered: () => void,
): Claimer {
  const { plan, dispatcher, machine } = parts
  let underWay: readonly AgentId[] = []
  let isDraining = false
  const places = createPlaces(parts)
  const note = (): void => {
    const living = livingIds(plan)
    machine.note([...living, ...underWay.filter((id) => !plan.agents.has(id))])
  }
  return {
    claim(now, isRetry) {
      if (underWay.length > 0) return
      const wantsNone = isDraining || plan.facts.paused || ready.size === 0
      if (wantsNone) return void machine.take([], 0)
      if (dispatcher.readOnly() !== null && !isRetry) return
      const picks = pickNext(parts, ready, places, now)
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
    note,
    drain: () => void (isDraining = true),
  }
}

/** The machine is asked first, because a task that is taken has left the ready set. */
function pickNext(parts: Parts, ready: ReadySet, places: Places, now: number): Picked[] {
  const { plan, machine } = parts
  places.tidy()
  const counts = countLiving(plan, places)
  const wanted = Math.max(0, Math.min(ready.size, parts.caps().maxAgents - counts.total))
  const room = machine.take(livingIds(plan), wanted)
  const picked: Picked[] = []
  while (picked.length < room) {
    const next = ready.take(now, counts)
    if (!next) break
    const { exclusive, isForPeople: _, fallback: _fallback, ...route } = next.route
    const { task } = next
    const agentId = parts.nextAgentId()
    places.claimed(agentId, exclusive)
    picked.push({ claim: { ...route, taskId: task.id, agentId }, task })
    counts.add({ executor: route.executor, model: route.model, tags: task.tags, exclusive })
  }
  return picked
}

function countLiving({ agents }: Parts['plan'], places: Places): CapCounts {
  const counts = createCapCounts()
  for (const agent of agents.values()) {
    if (agent.by === 'person') continue
    const folder = places.of(agent)
    if (isLaunched(agent)) counts.add(countedAs(agent, folder))
    else if (folder !== null) counts.occupy(folder)
  }
  return counts
}

const livingIds = (plan: Parts['plan']): AgentId[] =>
  [...plan.agents.values()].filter(isLaunched).map(({ id }) => id)
