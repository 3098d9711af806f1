/** From an agent's token to what it may do now. */
import type { Actor } from '../../domain/command.ts'
import { readAgentToken } from './agent-token.ts'
import type { Yard } from '../yard.ts'

/** The actor behind a token, living or ended; null when it names no agent that this yard knows. */
export function agentActor(
  yard: Pick<Yard, 'plan' | 'store' | 'config'>,
  secret: Buffer,
  token: string,
): Extract<Actor, { kind: 'agent' }> | null {
  const named = readAgentToken(secret, token)
  if (!named) return null
  const agent = yard.plan.agents.get(named.agentId) ?? yard.store.agent(named.agentId)
  if (!agent || agent.generation !== named.generation) return null
  const { settings } = yard.config()
  const profile = Object.hasOwn(settings.executors, agent.executor)
    ? settings.executors[agent.executor]
    : undefined
  return {
    kind: 'agent',
    agentId: agent.id,
    taskId: agent.taskId,
    generation: agent.generation,
    subtasks: profile?.subtasks ?? 'own',
    maxSubtasks: settings.agent.maxSubtasks,
  }
}
