/** What judges were asked, what they said of results, and what people say of that. */
import { scoredText } from '../../domain/judging/score.ts'
import type { StoredRow } from '../../store/journal.ts'
import { clockTime } from '../views/iso-time.ts'
import { numberOf, part, saidOf, type RowReader, textOf } from './row-fields.ts'

export const JUDGING_TELLERS: Readonly<Record<string, RowReader>> = {
  'task.judging': ({ set }) => ({
    text: 'Its result is being judged',
    state: 'pending-eval',
    agent: textOf(part(set['state'], 'agentId')),
  }),
  'task.looked': ({ set }) => {
    const looks = part(set['state'], 'looks')
    const isFirst = !Array.isArray(looks) || looks.length < 2
    return {
      text: isFirst ? 'Too near to its threshold, so it is judged twice more' : 'Judged once more',
      state: 'pending-eval',
    }
  },
  'task.rejected': ({ set }) => {
    const agent = textOf(part(set['rejected'], 'agentId'))
    return { text: `The result of ${agent ?? 'its agent'} was rejected`, agent }
  },
  'judgement.queued': ({ id, by, set }) => {
    const agent = textOf(set['agentId'])
    const who = textOf(set['by']) ?? by
    const asker = who === agent || who === 'coordinator' ? '' : `, by ${who}`
    return { text: `${id} is asked for: ${questionText(set['purpose'], agent)}${asker}`, agent }
  },
  'judgement.asked': ({ id, set: { judge } }) => ({
    // The same judge as before is no change.
    text: judge === undefined ? `${id} is asked anew` : `${id} is asked of ${judgeText(judge)}`,
  }),
  'judgement.postponed': ({ id, set }, { now }) => {
    const until = numberOf(part(set['state'], 'notBefore'))
    const when = until === null ? 'later' : `at ${clockTime(until, now)}`
    return { text: `${id} is asked again ${when}: its provider refused`, until }
  },
  'judgement.ended': ({ id, set }) => {
    const kept = textOf(part(set['state'], 'kept'))
    if (kept !== null) return { text: `${id}: same work as ${kept}; nobody was asked` }
    if (part(set['state'], 'outcome') === 'answered') return { text: `${id} was answered` }
    const why = saidOf(part(set['state'], 'reason'))
    return { text: `${id} has no answer${why === null ? '' : `: ${why}`}` }
  },
  'evaluation.recorded': ({ set }) => {
    const agent = textOf(set['agentId'])
    const kept = textOf(part(set['kept'], 'evaluation'))
    const score = numberOf(part(set['kept'], 'score')) ?? numberOf(set['score'])
    const passed = set['passed']
    if (score === null)
      return { text: `${agent ?? 'Its result'} was not scored: ${reasonText(set)}`, agent }
    const verdict = typeof passed === 'boolean' ? passed : null
    const said = scoredText(score, { gate: textOf(set['gate']) ?? '', passed: verdict })
    return {
      text:
        kept === null
          ? `${agent ?? 'Its result'} scored ${said}, by ${judgeText(set['judge'])}`
          : `${agent ?? 'Its result'}: same work as ${kept}, score kept: ${said}; nobody was asked`,
      agent,
      ...(verdict === null ? {} : { state: verdict ? 'done' : 'failed' }),
    }
  },
  'evaluation.scored': ({ by, set }) => {
    const who = textOf(set['by']) ?? by
    const score = numberOf(set['score'])
    if (score === null) return { text: `${who} took back the score` }
    const note = saidOf(set['note'])
    const verb = set['isAudit'] === true ? 'audited it' : 'scored it'
    return { text: `${who} ${verb} ${scoredText(score)}${note === null ? '' : `: ${note}`}` }
  },
}

const reasonText = (set: StoredRow['set']): string => saidOf(set['reason']) ?? 'no reason given'

/** A row of another program may name a purpose that this one does not know. */
function questionText(purpose: unknown, agent: string | null): string {
  switch (purpose) {
    case 'evaluation':
      return `how good the result of ${agent ?? 'its agent'} is`
    case 'triage':
      return `what becomes of the work of ${agent ?? 'its agent'}`
    case 'assignment':
      return 'who fits the task'
    case 'canary':
      return 'a result whose score is known'
    default:
      return textOf(purpose) ?? 'a question'
  }
}

function judgeText(judge: unknown): string {
  const words = [textOf(part(judge, 'executor')), textOf(part(judge, 'model'))]
  return words.filter((word) => word !== null).join(' ') || 'nobody'
}
