/** One row of the journal in a sentence. What an older or newer program wrote is said by the name of its event. */
import { clipJson } from '../../domain/bounds.ts'
import { reasonAtTerminal } from '../../domain/landing.ts'
import { attemptLimit, failureClassSchema } from '../../domain/failure.ts'
import { WAITED_FOR, type WaitedFor } from '../../domain/task.ts'
import { isAgentId } from '../../domain/ids.ts'
import { atTime, clockTime } from '../views/iso-time.ts'
import type { StoredRow } from '../../store/store.ts'
import {
  type AgentContext,
  agentRowText,
  part,
  reasonOf,
  type RowText,
  saidOf,
  textOf,
} from './agent-row-text.ts'

export interface RowContext extends AgentContext {
  readonly now: number
  titleOf(taskId: string): string
  /** Stored status of the row's task before it. */
  statusBefore(): string | null
  /** Whether the row is a person's answer, for which its task waited. */
  isAnswer(): boolean
  /** As the row's task says it now. */
  maxAttempts(): number | null
  /** Under which name that agent has claimed its task; null = under none. */
  claimerOf(agent: string): string | null
}

export function textOfRow(row: StoredRow, context: RowContext): RowText {
  if (row.entity === 'agent') return agentRowText(row, context)
  const told = TELLERS[row.event]?.(row, context) ?? {}
  const agent = isAgentId(row.by) ? row.by : null
  return { text: row.event, state: null, until: null, agent, ...told }
}

type Told = Partial<RowText>
type Teller = (row: StoredRow, context: RowContext) => Told

const timeOf = (value: unknown): number | null => (typeof value === 'number' ? value : null)

const colon = (text: string | null): string => (text === null ? '' : `: ${text}`)
const blockerOf = ({ id }: StoredRow): string => id.slice(0, id.indexOf('>'))

const WAITED_FOR_TEXT: Readonly<Record<WaitedFor, string>> = {
  'sign-in': 'a sign-in',
  answer: 'an answer',
  budget: 'a larger budget',
}

/** A row of another program may name what this one does not know. */
const waitedForText = (value: unknown): string =>
  WAITED_FOR_TEXT[WAITED_FOR.find((each) => each === value) ?? 'answer']

const TELLERS: Readonly<Record<string, Teller>> = {
  'task.added': ({ by, set }) => ({
    text: `${set['held'] === true ? 'Added as a draft' : 'Added'}${isAgentId(by) ? ` by ${by}` : ''}`,
    state: set['held'] === true ? 'paused' : null,
  }),
  'task.edited': ({ set, unset }) => ({ text: changedText([...Object.keys(set), ...unset]) }),
  'task.timed': ({ set }, { now }) => {
    const at = timeOf(part(set['state'], 'notBefore'))
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
    const at = timeOf(part(set['state'], 'notBefore'))
    const when = at === null ? '' : `, next ${clockTime(at, now)}`
    return { text: `Its run is over${when}`, state: 'delayed', until: at }
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
  'yard.paused': () => ({ text: 'Coordinator paused', state: 'paused' }),
  'yard.resumed': () => ({ text: 'Coordinator resumed' }),
  'breaker.tripped': ({ id, set }, { now }) => {
    const until = timeOf(set['until'])
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

function landingText(id: string, landing: unknown): Told {
  const target = textOf(part(landing, 'target')) ?? 'its branch'
  const commit = String(part(landing, 'commit') ?? '').slice(0, 10)
  const reason = textOf(part(landing, 'reason'))
  const unsettledBy = textOf(part(landing, 'unsettledBy')) ?? undefined
  const why = colon(reasonAtTerminal(id, { reason, unsettledBy }))
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

function returned({ set }: StoredRow, { now }: RowContext): Told {
  const state = set['state']
  const park = part(state, 'park')
  const until = timeOf(part(park, 'until'))
  if (until !== null) {
    const why = colon(textOf(part(park, 'reason')))
    return { text: `Parked until ${clockTime(until, now)}${why}`, state: 'parked', until }
  }
  const at = timeOf(part(state, 'notBefore'))
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

function reopened({ set }: StoredRow, { now, statusBefore }: RowContext): Told {
  const before = statusBefore()
  const isOver = before === 'done' || before === 'abandoned'
  const fresh = 'conversation' in set && set['conversation'] === null ? ' fresh' : ''
  const at = timeOf(part(set['state'], 'notBefore'))
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
