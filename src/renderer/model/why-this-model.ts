/** Why a task's living agent has its model, where the yard chose it by past scores; what the yard chose for earlier ones stands with them in the inspector. */
import { useYard } from './session/session-context.tsx'

export const useWhyThisModel = (agent: string | null | undefined): string | undefined =>
  useYard((view) => (agent == null ? undefined : view.agents.get(agent)?.choice?.reason))
