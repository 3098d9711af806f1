/** Who does a task, and how, where nobody said so. */
import { shortId, type Identity } from './identity.ts'
import type { JudgementId } from './evaluation.ts'
import type { Task, TaskDefinition } from '../task.ts'

/** What was chosen for a task before its first agent; null = nothing better than what holds anyway. */
export interface Assignment {
  readonly identity: Identity | null
  readonly mode: Task['mode']
  readonly context: Task['context']
  /** One sentence. */
  readonly reason: string
}

/** `ask`: a model chooses; without an answer nothing is chosen from `dueAt` on, ms. */
export type AssignmentPlan =
  | { readonly kind: 'known'; readonly assignment: Assignment }
  | { readonly kind: 'ask'; readonly dueAt: number }

type Unassigned = Pick<Task, 'state' | 'generation' | 'assigned' | 'assigning' | 'merging' | 'held'>

const isUntouched = ({ state, generation, assigned, merging }: Unassigned): boolean =>
  state.kind === 'open' && generation === 0 && assigned !== true && merging === null

/** No agent was on it yet, nothing was chosen for it yet, and nobody was asked. */
export const mayBeAssigned = (task: Unassigned): boolean =>
  isUntouched(task) && !task.held && task.assigning === undefined

/** What this question comes to still counts. */
export const isAssignmentWanted = (task: Unassigned, judgement: string): boolean =>
  isUntouched(task) && task.assigning === judgement

/** It does not start before a model has said who does it, or has taken too long for that. */
export const isHeldByAssignment = (
  { judgements }: { readonly judgements: ReadonlyMap<JudgementId, unknown> },
  { assigning }: Pick<Task, 'assigning'>,
): boolean => assigning !== undefined && judgements.has(assigning)

/** From the least that an agent is asked for to the most. */
const MODES = ['bare', 'light', 'full'] as const

/** Only what nobody said; a mode is never wider than what holds. */
export function assignedFields(
  task: Pick<Task, 'identity' | 'mode' | 'context'>,
  { identity, mode, context }: Assignment,
): Partial<Pick<TaskDefinition, 'identity' | 'mode' | 'context'>> {
  return {
    ...(task.identity === null && identity ? { identity: identity.id } : {}),
    ...(task.mode === null && mode !== null && isNarrower(mode) ? { mode } : {}),
    ...(task.context === null && context !== null ? { context } : {}),
  }
}

const isNarrower = (mode: (typeof MODES)[number]): boolean => MODES.indexOf(mode) < MODES.length - 1

/** As it stands in the log of its task. */
export function assignmentText(
  task: Pick<Task, 'mode' | 'context'>,
  { identity, reason }: Pick<Assignment, 'identity' | 'reason'>,
): string {
  const agent = identity === null ? 'none' : `${identity.name} (${shortId(identity.id)})`
  const mode = task.mode ?? 'full'
  const context = task.context ?? 'task'
  return `Lightweight assignment: agent=${agent}, exec_mode=${mode}, context_scope=${context}, reason=${reason}`
}
