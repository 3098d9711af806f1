/** Which acts make sense for a task now, the likeliest first. Pure. */
import type { AgentView, TaskCard } from '../../contract/view.ts'
import { assertNever } from '../../base/result.ts'
import type { TASK_ACTS } from './task-acts.ts'
import { elapsedText } from '../../domain/format.ts'
import { instantText } from '../ui/instant.ts'
import { plural } from '../ui/numbers.ts'

export type ActName =
  | keyof typeof TASK_ACTS
  | 'letGo'
  | 'takeBack'
  | 'kill'
  | 'killRestart'
  | 'abandon'
  | 'delete'
  | 'startNow'
  | 'skipOnce'

export interface ActsNow {
  /** Shown as buttons, as many as stand in one row. */
  readonly first: readonly ActName[]
  /** In the menu. */
  readonly rest: readonly ActName[]
}

export interface Standing {
  readonly card: TaskCard
  /** Set apart from its state: a running task can be held as well. */
  readonly isHeld: boolean
  /** The living one. */
  readonly agent: AgentView | null
  readonly isByHand: boolean
}

const MOST_SHOWN = 3

export function actsNow(standing: Standing): ActsNow {
  const all = listOf(standing)
  return { first: all.slice(0, MOST_SHOWN), rest: all.slice(MOST_SHOWN) }
}

function listOf({ card, isHeld, agent, isByHand }: Standing): readonly ActName[] {
  const end: ActName = card.agent === null && card.status === 'open' ? 'delete' : 'abandon'
  const hold: ActName = isHeld ? 'resume' : 'pause'
  switch (card.status) {
    case 'failed':
    case 'waiting':
      return ['retry', 'retryFresh', end, 'complete']
    case 'done':
      return ['reopen']
    case 'abandoned':
      return ['reopen', 'complete']
    case 'open':
    case 'in-progress':
    case 'pending-eval':
      return whileUnderWay({ card, isHeld, agent, isByHand }, hold, end)
    default:
      return assertNever(card.status)
  }
}

function whileUnderWay(
  { card, isHeld, agent, isByHand }: Standing,
  hold: ActName,
  end: ActName,
): readonly ActName[] {
  if (agent !== null) {
    if (isByHand) return ['complete', 'letGo', hold, end]
    if (agent.by === 'pilot' && agent.status !== 'stopping')
      return [hold, 'takeBack', 'complete', end]
    return agent.status === 'stopping'
      ? [hold, 'complete', end]
      : [hold, 'kill', 'complete', 'killRestart', end]
  }
  return whileOpen({ card, isHeld, isByHand }, hold, end)
}

function whileOpen(
  { card, isHeld, isByHand }: Omit<Standing, 'agent'>,
  hold: ActName,
  end: ActName,
): readonly ActName[] {
  if (isByHand && card.state === 'ready') return ['take', 'complete', hold, end]
  if (isHeld && card.attempts === 0) return [hold, 'publish', 'complete', end]
  if (card.repeats && !isHeld) return ['startNow', 'skipOnce', hold, end, 'complete']
  return [hold, 'complete', end]
}

/** What cannot be undone takes two presses; the second one is asked for in these words. Null for the others. */
export function secondPressOf(
  name: ActName,
  { card, agent }: Standing,
  now: number,
): string | null {
  switch (name) {
    case 'kill':
      return `Kill? ${workOf(agent, now)}`
    case 'takeBack':
      return `Take it back? ${workOf(agent, now)}`
    case 'killRestart':
      return `Kill and start again? ${workOf(agent, now)}`
    case 'retryFresh':
      return 'Leave its conversation?'
    case 'skipOnce':
      return card.notBefore === null ? 'Skip it?' : `Skip ${instantText(card.notBefore)}?`
    default:
      return null
  }
}

/** `12m of work` */
function workOf(agent: AgentView | null, now: number): string {
  if (agent?.startedAt == null) return 'It has just begun.'
  const ms = Math.max(0, now - Date.parse(agent.startedAt))
  const isMinutes = ms >= 60_000 && ms < 3_600_000
  return `${isMinutes ? `${Math.floor(ms / 60_000)}m` : elapsedText(ms)} of work`
}

/** What follows from it beyond the word on the button; null when that says it all. */
export function consequenceOf(
  name: ActName,
  { agent }: Standing,
  dependents: { readonly waiting: number; readonly wouldStart: number },
): string | null {
  const { waiting, wouldStart } = dependents
  switch (name) {
    case 'pause':
      return agent === null ? null : `${agent.id} goes on, no other agent starts after it.`
    case 'kill':
      return 'Its files stay. The task is paused then.'
    case 'takeBack':
      return 'The CLI in its terminal is ended. Its files stay, and the task is open again.'
    case 'killRestart':
      return 'Its files stay. Another agent starts.'
    case 'complete':
      return wouldStart === 0 ? null : `${plural(wouldStart, 'task')} would become ready.`
    case 'reopen':
      return waiting === 0
        ? null
        : `${plural(waiting, 'task')} after it ${waiting === 1 ? 'waits' : 'wait'} again.`
    case 'retryFresh':
      return 'In a new conversation, with its tries counted anew.'
    case 'publish':
      return waiting === 0 ? null : 'With all drafts that wait for it.'
    default:
      return null
  }
}
