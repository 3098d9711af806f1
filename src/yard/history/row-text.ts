/** One row of the journal in a sentence. What an older or newer program wrote is said by the name of its event. */
import { failureClassSchema } from '../../domain/schemas.ts'
import { clipJson } from '../../domain/bounds.ts'
import { reasonAtTerminal } from '../../domain/landing.ts'
import { attemptLimit } from '../../domain/failure.ts'
import { WAITED_FOR, type WaitedFor } from '../../domain/task.ts'
import { isAgentId } from '../../domain/ids.ts'
import { atTime, clockTime } from '../views/iso-time.ts'
import type { StoredRow } from '../../store/journal.ts'
import { outcomeSchema, type StopReason, stopReasonSchema } from '../../domain/agent.ts'
import { assertNever } from '../../base/result.ts'
import { JUDGING_TELLERS } from './judging-text.ts'
import { MAIL_TELLERS } from './mail-text.ts'
import {
  numberOf,
  part,
  reasonOf,
  type RowContext,
  type RowText,
  saidOf,
  type RowReader,
  textOf,
  type RowPart,
} from './row-fields.ts'

export function textOfRow(row: StoredRow, context: RowContext): RowText {
  const { entity, id, event, by } = row
  const isOfAgent = entity === 'agent'
  const told = (isOfAgent ? AGENT_TELLERS : TELLERS)[event]?.(row, context)
  const text = isOfAgent ? `${id}: ${event}` : event
  const agent = isOfAgent ? id : isAgentId(by) ? by : null
  return { text, state: null, until: null, agent, ...told }
}

const colon = (text: string | null): string => (text === null ? '' : `: ${text}`)
const inBrackets = (text: string | null): string => (text === null ? '' : ` (${text})`)
const blockerOf = ({ id }: StoredRow): string => id.slice(0, id.indexOf('>'))

const WAITED_FOR_TEXT: Readonly<Record<WaitedFor, string>> = {
  'sign-in': 'a sign-in',
  answer: 'an answer',
  budget: 'a larger budget',
  evaluation: 'an evaluation',
  approval: 'an approval',
  message: 'a message',
}

/** A row of another program may name what this one does not know. */
const waitedForText = (value: unknown): string =>
  WAITED_FOR_TEXT[WAITED_FOR.find((each) => each === value) ?? 'answer']

const TELLERS: Readonly<Record<string, RowReader>> = {
  ...JUDGING_TELLERS,
  ...MAIL_TELLERS,
  'task.added': ({ by, set }) => ({
    text: `${set['held'] === true ? 'Added as a draft' : 'Added'}${isAgentId(by) ? ` by ${by}` : ''}`,
    state: set['held'] === true ? 'paused' : null,
  }),
  'task.edited': ({ set, unset }) => ({ text: changedText([...Object.keys(set), ...unset]) }),
  'task.assigning': ({ set }) => ({
    text: `A model is asked who does it${inBrackets(textOf(set['assigning']))}`,
  }),
  'task.assigned': ({ set }) => ({
    text: `Chosen for it: ${
      Object.keys(set)
        .filter((field) => field !== 'assigned')
        .join(', ') || 'nothing'
    }`,
  }),
  'task.timed': ({ set }, { now }) => {
    const at = numberOf(part(set['state'], 'notBefore'))
    if (at === null) return { text: 'May start at once' }
    return { text: `Starts ${clockTime(at, now)}`, state: 'delayed', until: at }
  },
  'yard.salvaged': () => ({
    text: 'Saved from memory, as the database was lost; what came just before is not recorded',
  }),
  'task.held': () => ({ text: 'Paused', state: 'paused' }),
  'task.released': () => ({ text: 'Resumed' }),
  'task.completed': ({ set, by }, { claimerOf }) => {
    const who = textOf(part(set['state'], 'by')) ?? by
    const agent = isAgentId(who) ? who : null
    const claimer = agent === null ? null : claimerOf(agent)
    return {
      text: `Done, by ${claimer === null ? who : `${claimer} (${who})`}`,
      state: 'done',
      agent,
    }
  },
  'task.landed': ({ set }) => ({
    text: `Its result is commit ${String(set['resultCommit'] ?? '').slice(0, 10)}`,
  }),
  'task.landing': ({ id, set }) => landingText(id, set['landing']),
  'task.merging': () => ({ text: 'More tasks wait for it' }),
  'task.failed': ({ set }, { maxAttempts }) => ({
    text: `Failed${triesOf(set, maxAttempts())}: ${reasonOf(part(set['state'], 'failure'))}`,
    state: 'failed',
  }),
  'task.returned': returned,
  'task.repeated': ({ set }, { now }) => {
    const at = numberOf(part(set['state'], 'notBefore'))
    const when = at === null ? '' : `, next ${clockTime(at, now)}`
    return { text: `Its run is over${when}`, state: 'delayed', until: at }
  },
  'task.triaging': ({ set }, { now }) => {
    const asked = textOf(part(part(set['state'], 'triage'), 'judgementId'))
    const at = numberOf(part(set['state'], 'notBefore'))
    if (asked === null) return { text: 'Its start waits for no verdict any more', until: at }
    const when = at === null ? '' : `, ${clockTime(at, now)} at the latest`
    return {
      text: `Starts when a model has said what became of its last agent (${asked})${when}`,
      state: 'delayed',
      until: at,
    }
  },
  'task.awaiting': ({ set }) => ({
    text: `Waits for ${waitedForText(part(set['state'], 'for'))}${colon(saidOf(part(set['state'], 'text')))}`,
    state: 'waiting',
  }),
  'task.reopened': reopened,
  'task.abandoned': () => ({ text: 'Abandoned', state: 'abandoned' }),
  'task.removed': () => ({ text: 'Removed' }),
  'task.logged': ({ set }, { isAnswer }) => ({
    text: `${placeWords(set['place'])}${isAnswer() ? 'Answered: ' : ''}${saidOf(set['text']) ?? 'Noted'}`,
  }),
  'task.attached': ({ set }) => ({ text: resultText(set['artifact']) }),
  'dependency.added': (row, { titleOf }) => ({ text: `Now depends on ${titleOf(blockerOf(row))}` }),
  'dependency.removed': (row, { titleOf }) => ({
    text: `No longer depends on ${titleOf(blockerOf(row))}`,
  }),
  'identity.known': ({ set }) => ({ text: `${textOf(set['name']) ?? 'An identity'} is known` }),
  'yard.paused': () => ({ text: 'Coordinator paused', state: 'paused' }),
  'yard.resumed': () => ({ text: 'Coordinator resumed' }),
  'breaker.tripped': ({ id, set }, { now }) => {
    const until = numberOf(set['until'])
    const when = until === null ? '' : ` until ${clockTime(until, now)}`
    return { text: `${subjectOf(id)} is held back${when}${colon(textOf(set['reason']))}`, until }
  },
  'breaker.cleared': ({ id }) => ({ text: `${subjectOf(id)} is held back no more` }),
}

/** ` after 3 of 3 tries`; nothing where the count did not decide, or was one. */
function triesOf(set: StoredRow['set'], maxAttempts: number | null): string {
  const tries = set['attempts']
  const kind = failureClassSchema.safeParse(part(part(set['state'], 'failure'), 'class'))
  const limit = kind.success ? attemptLimit(kind.data, maxAttempts) : null
  return typeof tries === 'number' && limit !== null && limit > 1
    ? ` after ${tries} of ${Math.max(tries, limit)} tries`
    : ''
}

function landingText(id: string, landing: unknown): RowPart {
  const target = textOf(part(landing, 'target')) ?? 'its branch'
  const commit = String(part(landing, 'commit') ?? '').slice(0, 10)
  const reason = textOf(part(landing, 'reason'))
  const unsettledBy = textOf(part(landing, 'unsettledBy')) ?? undefined
  const why = colon(
    reasonAtTerminal(id, {
      reason,
      unsettledBy,
      pullRequest: part(landing, 'pullRequest') === true,
    }),
  )
  switch (part(landing, 'state')) {
    case 'queued':
      return { text: 'Its result is to be merged' }
    case 'landed':
      return { text: `Its result is in ${target}, commit ${commit}`, state: 'done' }
    case 'prepared':
      return { text: `Prepared for a pull request${why}` }
    case 'conflict':
      return {
        text: `Not merged, ${textOf(part(landing, 'mergeTask')) ?? 'a task'} settles it${why}`,
      }
    case 'refused':
      return { text: `Not merged${why}`, state: 'waiting' }
    default:
      return {}
  }
}

const placeWords = (place: unknown): string => {
  const path = textOf(part(place, 'path'))
  return path === null ? '' : `On ${path}:${String(part(place, 'line'))}: `
}

/** `provider:anthropic` → `anthropic` */
const subjectOf = (id: string): string => id.slice(id.indexOf(':') + 1)

function returned({ set }: StoredRow, { now }: RowContext): RowPart {
  const state = set['state']
  const park = part(state, 'park')
  const until = numberOf(part(park, 'until'))
  if (until !== null) {
    const why = colon(textOf(part(park, 'reason')))
    return { text: `Parked until ${clockTime(until, now)}${why}`, state: 'parked', until }
  }
  const at = numberOf(part(state, 'notBefore'))
  const why = set['lastFailure'] ? `: ${reasonOf(set['lastFailure'])}` : ''
  if (at !== null)
    return {
      text: `${at > now ? 'Will be tried' : 'Tried'} again ${atTime(at, now)}${why}`,
      state: 'delayed',
      until: at,
    }
  if (set['held'] === true) return { text: 'Paused, for its agent was stopped', state: 'paused' }
  return { text: `Open again${why}`, state: 'ready' }
}

function reopened({ set }: StoredRow, { now, statusBefore }: RowContext): RowPart {
  const before = statusBefore()
  const isOver = before === 'done' || before === 'abandoned'
  const fresh = 'conversation' in set && set['conversation'] === null ? ' fresh' : ''
  const at = numberOf(part(set['state'], 'notBefore'))
  const when = at !== null && at > now ? `, starts ${clockTime(at, now)}` : ''
  const word = before === 'waiting' ? 'Goes on' : isOver ? 'Reopened' : 'Retried'
  return { text: `${word}${fresh}${when}`, state: 'ready', until: at }
}

function resultText(artifact: unknown): string {
  const value = part(artifact, 'value')
  const json = value === undefined ? null : textOf(JSON.stringify(clipJson(value)))
  const name = textOf(part(artifact, 'path')) ?? textOf(part(artifact, 'name')) ?? json
  return name === null ? 'Gave a result' : `Gave a result: ${name}`
}

const FIELD_WORDS: Readonly<Record<string, string>> = {
  exec: 'command',
  verify: 'check',
  timeoutMs: 'time limit',
  budget: 'budget',
  budgetTokens: 'budget of tokens',
  maxAttempts: 'tries',
  kind: 'kind of work',
  repo: 'folder',
}
const MAX_FIELDS = 4

function changedText(fields: readonly string[]): string {
  const words = fields.map((field) => FIELD_WORDS[field] ?? field)
  const more = words.length - MAX_FIELDS
  const [last, ...first] = (
    more > 0 ? [...words.slice(0, MAX_FIELDS), `${more} more`] : words
  ).toReversed()
  if (last === undefined) return 'Changed nothing'
  return `Changed ${first.length > 0 ? `${first.toReversed().join(', ')} and ${last}` : last}`
}

// What became of an agent.

const AGENT_TELLERS: Readonly<Record<string, RowReader>> = {
  'agent.claimed': ({ id, set }) => {
    if (set['by'] === 'person') return { text: takenText(id, set), state: 'in-progress' }
    const way = [textOf(set['executor']), textOf(set['model'])].filter((word) => word !== null)
    const resumes = set['resumed'] === true ? ', in the same conversation' : ''
    const pilot = set['by'] === 'pilot' ? ', piloted by a person' : ''
    return { text: `${id} claimed it: ${way.join(', ')}${pilot}${resumes}`, state: 'in-progress' }
  },
  'agent.placed': ({ id, set }) => {
    const place = part(set['workplace'], 'branch') ?? part(set['workplace'], 'cwd')
    return { text: `${id} works in ${textOf(place) ?? 'its folder'}` }
  },
  'agent.started': ({ id, set }) => ({ text: startText(id, set), state: 'in-progress' }),
  'agent.heard': ({ id }) => ({ text: `${id} was heard`, state: 'in-progress' }),
  'agent.conversed': ({ id }) => ({ text: `${id} began a conversation` }),
  'agent.reported': ({ id, set }) => ({ text: `${id} ${reportOf(set['report'])}` }),
  'delivery.taken': ({ id }) => ({ text: `${id} was handed a message` }),
  'agent.stopping': ({ id, set }) => ({
    text: `${id} ${stopWords(part(set['state'], 'reason'))}`,
  }),
  'agent.ended': ended,
  'agent.triaged': ({ id, set }) => ({ text: triageText(id, set['triage']) }),
  'agent.forgotten': ({ id }) => ({ text: `${id} was forgotten` }),
}

type Fields = StoredRow['set']

function takenText(id: string, { claimedBy }: Fields): string {
  const name = textOf(claimedBy)
  return name === null ? 'Claimed by a person' : `${name} claimed it, as ${id}`
}

/** The process of one that had started already is told when it is known. */
function startText(id: string, { startedAt, pid }: Fields): string {
  if (typeof pid !== 'number') return `${id} started`
  return startedAt === undefined ? `${id} is process ${pid}` : `${id} started, pid ${pid}`
}

const isQuestion = (failure: unknown): boolean => part(failure, 'class') === 'question'

function reportOf(report: unknown): string {
  if (part(report, 'kind') === 'done') return 'says it is done'
  if (part(report, 'isAnswered') === true) return 'has the answer to its question'
  const failure = part(report, 'failure')
  return isQuestion(failure)
    ? `asks: ${saidOf(part(failure, 'reason')) ?? ''}`
    : `says it failed: ${reasonOf(failure)}`
}

/** What a model made of its end, or of its silence. */
function triageText(id: string, triage: unknown): string {
  const verdict = textOf(part(triage, 'verdict'))
  const reason = colon(saidOf(part(triage, 'reason')))
  if (verdict === null) return `Nobody could say what becomes of ${id}${reason}`
  const outcome = part(triage, 'outcome')
  const effect =
    outcome === null
      ? ' (too late, the task had gone on)'
      : outcome === 'default' && verdict === 'done'
        ? ' (it does not count: what was left does not show that)'
        : ''
  return `A model says of ${id}: ${verdict}${effect}${reason}`
}

/** A row of another program may name a reason that this one does not know. */
function stopWords(value: unknown): string {
  const reason = stopReasonSchema.safeParse(value)
  return reason.success ? STOP_WORDS[reason.data] : 'is being stopped'
}

const STOP_WORDS: Readonly<Record<StopReason, string>> = {
  killed: 'is being killed',
  redispatch: 'is being stopped, another takes its place',
  reported: 'is being stopped: it has reported its end and did not end',
  'taken-back': 'is being stopped: a person took its task back',
  timeout: 'is being stopped: its time is up',
  silent: 'is being stopped: it was silent for too long',
  triaged: 'is being stopped: it was silent, and a model said what becomes of its task',
  budget: 'is being stopped: its task has used up its budget',
  superseded: 'is being stopped: its task was settled',
  abandoned: 'is being stopped: its task was abandoned',
}

function ended({ id, set }: StoredRow, { hasGivenBack }: RowContext): RowPart {
  const known = outcomeSchema.safeParse(part(set['state'], 'outcome'))
  if (!known.success) return { text: `${id} ended` }
  const outcome = known.data
  const failure = part(set['state'], 'failure')
  switch (outcome) {
    case 'done':
      return { text: `${id} is done`, state: 'done' }
    case 'failed':
      // The question itself is told by the line of its task that waits for the answer.
      if (isQuestion(failure)) return { text: `${id} has asked and ended`, state: 'waiting' }
      return { text: `${id} failed: ${whyOf(failure)}`, state: 'failed' }
    case 'killed':
      return { text: `${id} was killed` }
    case 'lost':
      return { text: `${id} was lost: ${whyOf(failure)}`, state: 'failed' }
    case 'refused':
      return { text: `${id} ended with no result that counts: ${whyOf(failure)}`, state: 'failed' }
    case 'superseded':
      if (part(failure, 'class') === 'isolation')
        return { text: `${id} did not begin: ${reasonOf(failure)}`, state: 'blocked' }
      return {
        text: hasGivenBack() ? `${id} gave it back` : `${id} ended, its task was settled already`,
      }
    default:
      return assertNever(outcome)
  }
}

/** The exit code alone says it all where it is all there is. */
function whyOf(failure: unknown): string {
  const code = part(failure, 'exitCode')
  return part(failure, 'class') === 'exit' && typeof code === 'number'
    ? `exit ${code}`
    : reasonOf(failure)
}
