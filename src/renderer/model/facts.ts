/** Facts of tasks and agents in the words of the window. What is not known is null, never a zero. */
import type { AgentView, TaskCard } from '../../contract/view.ts'
import { isHeldUp } from '../../domain/failure.ts'
import type { AgentStatus, Outcome } from '../../domain/agent.ts'
import type { ShownState } from '../../domain/task.ts'
import { questionOf } from './question-of.ts'

const ordinals = new Intl.PluralRules('en', { type: 'ordinal' })
const ENDINGS: Readonly<Record<string, string>> = { one: 'st', two: 'nd', few: 'rd' }

/** `2nd try of 3`; null before the second. */
export function tryText({ attempts, attemptsAllowed }: TaskCard): string | null {
  if (attempts < 2) return null
  const nth = `${attempts}${ENDINGS[ordinals.select(attempts)] ?? 'th'} try`
  return attemptsAllowed === null ? nth : `${nth} of ${attemptsAllowed}`
}

/** ms of work; null before its end. */
export function tookMs({
  startedAt,
  endedAt,
}: Pick<AgentView, 'startedAt' | 'endedAt'>): number | null {
  if (startedAt === null || endedAt === null) return null
  return Math.max(0, Date.parse(endedAt) - Date.parse(startedAt))
}

/** State of the lamp of an agent. Its task sleeps after one that ran out of quota. */
export function agentState(agent: AgentView): ShownState {
  const { status, outcome, failure } = agent
  if (questionOf(agent) !== null) return 'waiting'
  if (status !== 'ended') return 'in-progress'
  if (outcome === 'done') return 'done'
  if (isHeldUp(agent)) return 'blocked'
  if (outcome === 'killed' || outcome === 'superseded') return 'abandoned'
  return failure?.class === 'quota' ? 'parked' : 'failed'
}

const OUTCOME_WORDS: Readonly<Record<Outcome, string>> = {
  done: 'Done',
  failed: 'Failed',
  killed: 'Killed',
  lost: 'Lost',
  refused: 'Refused',
  superseded: 'Superseded',
}
const STATUS_WORDS: Readonly<Record<AgentStatus, string>> = {
  claimed: 'Starting',
  starting: 'Starting',
  working: 'Working',
  stopping: 'Stopping',
  ended: 'Ended',
}

export function agentStateText(agent: AgentView): string {
  const { status, outcome } = agent
  if (questionOf(agent) !== null) return 'Asked'
  if (isHeldUp(agent)) return 'Held up'
  return outcome === null ? STATUS_WORDS[status] : OUTCOME_WORDS[outcome]
}
