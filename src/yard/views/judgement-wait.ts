/** What keeps a judgement from being asked, and who would be asked now. */
import type { JudgementWait } from '../../contract/judging.ts'
import { newJudgement } from '../../domain/decide/evaluated.ts'
import type { JudgeChoice, Judgement } from '../../domain/judging/judgement.ts'
import type { Yard } from '../yard.ts'
import { isoTime } from './iso-time.ts'
import { RESUME } from './wait-reasons.ts'

export type JudgingSource = Pick<Yard, 'plan' | 'judging' | 'now'>

/** Null where nothing does. */
export function judgementWait(yard: JudgingSource, judgement: Judgement): JudgementWait | null {
  const { plan, judging, now } = yard
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
    ? laneWait(yard)
    : { kind: 'provider', text: 'it was refused', until: isoTime(notBefore), hint: null }
}

const MOST_NAMED = 3

/** Null where there is room. */
function laneWait({ plan, judging }: JudgingSource): JudgementWait | null {
  const asked = [...plan.judgements.values()].filter(({ state }) => state.kind === 'asked')
  const lane = judging.lane()
  if (asked.length < lane) return null
  const named = asked.map(({ id, taskId }) => (taskId === null ? id : `${id} of ${taskId}`))
  const more = named.length > MOST_NAMED ? ', …' : ''
  const text = `all places of judging.lane are taken (${asked.length} of ${lane}: ${named.slice(0, MOST_NAMED).join(', ')}${more})`
  return { kind: 'lane', text, until: null, hint: 'a larger judging.lane' }
}

/** Who would be asked now if it were asked for. */
export function choiceFor(
  { plan, judging, now }: JudgingSource,
  about: Pick<Judgement, 'purpose' | 'taskId' | 'agentId' | 'generation' | 'wish'>,
): JudgeChoice {
  const asked = { ...about, subject: null, by: 'person', at: now() }
  return judging.judge.choose(newJudgement(plan, asked), now())
}
