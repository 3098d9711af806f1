/** Which folder each living agent has for itself, so that two coding agents never edit one outside git. */
import type { Agent, Workplace } from '../domain/agent.ts'
import type { AgentId } from '../domain/ids.ts'
import type { Task } from '../domain/task.ts'
import type { CoordinatorParts } from './ports.ts'

export interface Places {
  /** The folder that nobody else may have meanwhile; null when it shares. */
  of(agent: Agent): string | null
  /** What a claim that is under way will have. */
  claimed(id: AgentId, folder: string | null): void
  /** Forgets those who have ended. */
  tidy(): void
}

interface Place {
  readonly folder: string | null
  /** Read off the agent itself, not guessed from how its task would be run now. */
  readonly isCertain: boolean
}

export function createPlaces({ plan, route }: Pick<CoordinatorParts, 'plan' | 'route'>): Places {
  const places = new Map<AgentId, Place>()

  const routeOf = (task: Task): string | null => {
    const found = route(task)
    return found.ok ? found.value.exclusive : null
  }
  const placeOf = (agent: Agent): string | null => {
    const task = plan.tasks.get(agent.taskId)
    if (!task) return null
    return agent.workplace === null ? routeOf(task) : held(task, agent, agent.workplace)
  }
  /** Where it really works, asked as a task of today that is run there in the same way: an edit since then moved nobody. */
  const held = (task: Task, agent: Agent, { branch, cwd }: Workplace): string | null => {
    if (branch !== null) return null
    const exec = agent.executorType === 'shell' ? 'true' : null
    const { executor, model } = agent
    const found = route({ ...task, executor, exec, model, worktree: 'off', repo: cwd })
    // Its profile or model has gone from the settings: that it may edit is assumed.
    return found.ok ? found.value.exclusive : cwd
  }
  return {
    of(agent) {
      const isCertain = agent.workplace !== null
      const known = places.get(agent.id)
      if (known && (known.isCertain || !isCertain)) return known.folder
      const folder = placeOf(agent)
      places.set(agent.id, { folder, isCertain })
      return folder
    },
    claimed: (id, folder) => void places.set(id, { folder, isCertain: false }),
    tidy() {
      for (const id of places.keys()) if (!plan.agents.has(id)) places.delete(id)
    },
  }
}
