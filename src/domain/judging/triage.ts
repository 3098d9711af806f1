/** What becomes of a task whose agent was lost, ran out of time, crashed or fell silent, by the verdict of a model that read what it left. Pure. */
import { z } from 'zod'
import type { FailureClass } from '../failure.ts'
import { isStanding } from '../messages/standing.ts'
import type { Task } from '../task.ts'
import type { JudgementId } from './evaluation.ts'

/** done: the work is there. continue: same conversation. restart: a fresh one. wait: leave it. unsure: as without a verdict. */
export const TRIAGE_VERDICTS = ['done', 'continue', 'restart', 'wait', 'unsure'] as const
export type TriageVerdict = (typeof TRIAGE_VERDICTS)[number]

/** Ends that a model is asked about; every other class speaks for itself. */
const TRIAGED: ReadonlySet<FailureClass> = new Set(['lost', 'timeout', 'crash'])
export const isTriaged = (failure: FailureClass): boolean => TRIAGED.has(failure)

/** Only a process of the yard with a model behind it: a shell line, a person, a service leave nothing that a model could read, and a turn of a member is no result. */
export const mayBeTriaged = ({
  by,
  executorType,
  taskId,
}: {
  readonly by: string
  readonly executorType: string
  readonly taskId: string
}): boolean => by === 'process' && executorType !== 'shell' && !isStanding(taskId)

/**
 * gate: the work counts as done and goes through the task's gate. ask-person: so it does, but nothing checks it. open: tried again at once.
 * failed: no attempt is left. back-off: later, without spending an attempt. leave: a silent agent goes on. default: as without triage.
 */
const TRIAGE_OUTCOMES = [
  ...(['gate', 'ask-person', 'leave', 'default', 'back-off', 'open', 'failed'] as const),
] as const
export type TriageOutcome =
  | { readonly kind: 'gate' | 'ask-person' | 'leave' | 'default' | 'back-off' }
  | { readonly kind: 'open'; readonly conversation: 'keep' | 'new' }
  | { readonly kind: 'failed' }

/** How long an answer is waited for, ms. */
export interface TriagePolicy {
  readonly timeoutMs: number
}

export const agentTriageSchema = z.strictObject({
  /** Null = nobody answered, for `reason`. */
  verdict: z.enum(TRIAGE_VERDICTS).nullable(),
  /** One sentence for people. */
  reason: z.string(),
  /** For whoever tries next; may be empty. */
  note: z.string(),
  /** What came of it; null = nothing, as the task had gone on without it. */
  outcome: z.enum(TRIAGE_OUTCOMES).nullable(),
  at: z.number().int(),
  /** The judgement. */
  by: z.string(),
})
export type AgentTriage = z.infer<typeof agentTriageSchema>

export interface TriageFacts {
  /** The agent is alive and says nothing; else it has ended. */
  readonly isSilent: boolean
  /** Deliverables, verify line and merge all agree that the work is there. */
  readonly doFactsAgree: boolean
  /** A gate or a verify line checks what counts as done. */
  readonly isChecked: boolean
  readonly hasAttemptsLeft: boolean
  /** The end before this one was waited out already. */
  readonly hasWaited: boolean
}

export function triageOutcome(verdict: TriageVerdict, facts: TriageFacts): TriageOutcome {
  switch (verdict) {
    case 'done':
      if (!facts.doFactsAgree) return { kind: 'default' }
      return { kind: facts.isChecked ? 'gate' : 'ask-person' }
    case 'continue':
    case 'restart':
      if (!facts.hasAttemptsLeft) return { kind: 'failed' }
      return { kind: 'open', conversation: verdict === 'continue' ? 'keep' : 'new' }
    case 'wait':
      if (facts.isSilent) return { kind: 'leave' }
      return { kind: facts.hasWaited ? 'default' : 'back-off' }
    case 'unsure':
      return { kind: 'default' }
  }
}

/** A silent agent is ended before its task can go on. */
export const endsAgent = ({ kind }: TriageOutcome, { isSilent }: TriageFacts): boolean =>
  isSilent && kind !== 'leave' && kind !== 'default'

/** It does not start before a model has said what became of its last agent. */
export const isHeldByTriage = (
  { judgements }: { readonly judgements: ReadonlyMap<JudgementId, unknown> },
  { state }: Pick<Task, 'state'>,
): boolean =>
  state.kind === 'open' &&
  state.triage !== undefined &&
  state.triage.otherwise !== 'start' &&
  judgements.has(state.triage.judgementId)
