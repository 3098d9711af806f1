/** What keeps a judgement from being asked, for whoever waits for its answer. */
import type { JudgementWait } from '../../contract/judging.ts'
import type { Judgement } from '../../domain/judging/judgement.ts'
import type { Yard } from '../yard.ts'
import { isoTime } from './iso-time.ts'
import { RESUME } from './wait-reasons.ts'

/** Null where nothing does, but perhaps others that are asked first. */
export function judgementWait(
  { plan, judging, now }: Pick<Yard, 'plan' | 'judging' | 'now'>,
  judgement: Judgement,
): JudgementWait | null {
  if (judgement.state.kind !== 'queued') return null
  if (plan.facts.paused)
    return { kind: 'pause', text: 'the yard is paused', until: null, hint: RESUME }
  const choice = judging.judge.choose(judgement, now())
  if (choice.kind === 'wait') {
    const { reason: text, until, wakesAt = null } = choice
    if (choice.of === 'machine') return { kind: 'machine', text, until: null, hint: null }
    return until === null
      ? { kind: 'trust', text, until: null, hint: 'yard trust' }
      : { kind: 'provider', text, until: wakesAt === null ? null : isoTime(wakesAt), hint: null }
  }
  const { notBefore } = judgement.state
  return notBefore === null || notBefore <= now()
    ? null
    : { kind: 'provider', text: 'it was refused', until: isoTime(notBefore), hint: null }
}
