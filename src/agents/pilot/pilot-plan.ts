/** How an agent CLI is started in a person's terminal: pure, so that owner and terminal agree on it. */
import { join } from 'node:path'
import { err, type Result } from '../../base/result.ts'
import type { LaunchOrder } from '../../domain/executor.ts'
import { workFailure, type WorkFailure } from '../../domain/failure.ts'
import { EXECUTOR_TYPES, type Profile } from '../../domain/settings.ts'
import type { Executor, PilotInput, PilotPlan } from '../executors/executor.ts'
import { executorOf } from '../executors/registry.ts'
import { STAGE_FILES } from '../process/stage-files.ts'

export interface PilotContext {
  /** Where it works. */
  readonly cwd: string
  /** `.yard/agents`, absolute. */
  readonly agents: string
  /** The conversation's id, for CLIs that let the caller choose it. */
  readonly uuid: string
}

export function pilotInput(order: LaunchOrder, { cwd, agents, uuid }: PilotContext): PilotInput {
  const folder = join(agents, order.agent.id)
  return {
    order,
    cwd,
    folder,
    promptFile: join(folder, STAGE_FILES.prompt),
    home: join(agents, '..', 'homes', encodeURIComponent(order.profile.name)),
    conversationId: uuid,
  }
}

/** Executor types with an interactive CLI. */
export const pilotedTypes = (): readonly string[] =>
  EXECUTOR_TYPES.filter((type) => executorOf(type)?.pilot !== undefined)

export const canPilot = ({ type }: Pick<Profile, 'type'>): boolean =>
  executorOf(type)?.pilot !== undefined

export function pilotPlan(executor: Executor, input: PilotInput): Result<PilotPlan, WorkFailure> {
  if (executor.pilot) return executor.pilot(input)
  const why = `executor ${input.order.profile.name} (${executor.type}) is none that a person can drive in a terminal`
  return err(workFailure('launch', why))
}
