/** Questions to models: sent, put off, ended by an answer or without one. What an answer comes to is decided by what was asked. */
import type { CommandOf } from '../command.ts'
import type { Event } from '../event.ts'
import type { Judgement } from '../judging/judgement.ts'
import { scoreOf } from '../judging/score.ts'
import { isAssignmentWanted } from '../judging/assignment.ts'
import type { Plan } from '../plan.ts'
import { answeredAssignment } from './decide-assign.ts'
import { evaluatedEvents, isWanted as isEvaluationWanted } from './evaluated.ts'
import { isTriageWanted, triagedEvents } from './decide-triage.ts'
import {
  decided,
  nameOf,
  noOp,
  providerAsleep,
  refused,
  type Circumstances,
  type Decided,
  type Deciders,
} from './decision.ts'

/** A task that is settled otherwise needs no answer to it any more. */
export function isWanted(plan: Plan, judgement: Judgement): boolean {
  switch (judgement.purpose) {
    case 'evaluation':
      return isEvaluationWanted(plan, judgement)
    case 'triage':
      return isTriageWanted(plan, judgement)
    case 'assignment': {
      const task = judgement.taskId === null ? undefined : plan.tasks.get(judgement.taskId)
      return task !== undefined && isAssignmentWanted(task, judgement.id)
    }
    default:
      return true
  }
}

export const judgementDeciders: Deciders<
  'judgement.ask' | 'judgement.postpone' | 'judgement.end' | 'judgement.kill'
> = {
  'judgement.ask'({ judgements }, { judgementId: id, judge }, { at }) {
    if (judgements.get(id)?.state.kind !== 'queued') return noOp(id)
    return decided([id], { type: 'judgement.asked', at, id, judge })
  },

  'judgement.postpone'({ judgements, breakers }, { judgementId: id, postponement }, { at }) {
    if (judgements.get(id)?.state.kind !== 'asked') return noOp(id)
    const { until, reason, provider, turn, usage, costSource = null } = postponement
    const used = usage ? { usage, costSource } : {}
    const postponed: Event = {
      type: 'judgement.postponed',
      at,
      id,
      notBefore: until,
      turn,
      ...used,
    }
    const known = provider === null ? null : breakers.get(`provider:${provider}`)
    // A later word must not wake it too soon.
    if (provider === null || (known && (known.until ?? until) >= until))
      return decided([id], postponed)
    const sleep = { subject: provider, reason, since: known?.since ?? at, until }
    return decided([id], postponed, providerAsleep(sleep, at))
  },

  'judgement.end': (plan, command, now) => decideEnded(plan, command, now),

  'judgement.kill'(plan, command, now) {
    if (!plan.judgements.has(command.judgementId)) return noOp(command.judgementId)
    const reason = `${nameOf(now.by)} ended it`
    const { paid = { usage: null, costSource: null } } = command
    const reply = { value: null, reason, ...paid }
    return decideEnded(plan, { ...command, type: 'judgement.end', reply }, now, true)
  },
}

function decideEnded(
  plan: Plan,
  command: CommandOf<'judgement.end'>,
  now: Circumstances,
  isKilled = false,
): Decided {
  const { judgementId: id, reply } = command
  const judgement = plan.judgements.get(id)
  if (!judgement) return noOp(id)
  const ended = endedEvent(judgement, command, {
    at: now.at,
    isCutShort: isKilled || command.isCutShort === true || judgement.state.kind === 'queued',
  })
  const task = judgement.taskId === null ? undefined : plan.tasks.get(judgement.taskId)
  if (!task) return decided([id], ended)
  const { policy, nextFireAt } = command
  if (judgement.purpose === 'triage') {
    const outcome = triagedEvents({ plan, task, judgement, command, now })
    return outcome.ok ? decided([id], ended, ...outcome.value) : refused(outcome.error)
  }
  if (judgement.purpose === 'assignment')
    return decided([id], ended, ...answeredAssignment(plan, task, command, now))
  if (judgement.purpose !== 'evaluation') return decided([id], ended)
  // Who sent it did not know of it yet; without a policy its task would wait for ever.
  if (!policy) return noOp(id)
  const scene = { plan, task, judgement, reply, policy, close: { at: now.at, nextFireAt } }
  return decided([id], ended, ...evaluatedEvents(scene))
}

export function endedEvent(
  { id, usage, costSource }: Judgement,
  command: Pick<CommandOf<'judgement.end'>, 'reply' | 'policy'>,
  { at, isCutShort }: { readonly at: number; readonly isCutShort: boolean },
): Event {
  const { reply } = command
  return {
    type: 'judgement.ended',
    at,
    id,
    outcome: reply.value ? 'answered' : 'unanswered',
    reason: reply.reason,
    // What was paid before it was put off stays paid, whatever ends it.
    usage: reply.usage ?? usage,
    costSource: reply.usage ? reply.costSource : costSource,
    score: scoreOfReply(command),
    ...(isCutShort ? { isCutShort } : {}),
    ...(reply.value?.purpose === 'evaluation' && reply.value.kept
      ? { kept: reply.value.kept.id }
      : {}),
  }
}

function scoreOfReply({
  reply: { value },
  policy,
}: Pick<CommandOf<'judgement.end'>, 'reply' | 'policy'>): number | null {
  if (value?.purpose === 'canary') return value.score
  if (value?.purpose !== 'evaluation' || !value.findings.dimensions) return null
  return scoreOf(value.findings.dimensions, policy?.weights)
}
