/** What became of an agent, in a sentence. */
import type { StoredRow } from '../../store/store.ts'
import { outcomeSchema, type StopReason, stopReasonSchema } from '../../domain/agent.ts'
import { assertNever } from '../../base/result.ts'
import type { ShownState } from '../../domain/task.ts'
import { oneLine } from '../views/task-fact.ts'

export interface AgentContext {
  /** Whether the agent held its task until that row, and left it open again. */
  hasGivenBack(): boolean
}

export function agentRowText(row: StoredRow, context: AgentContext): RowText {
  const { id, event } = row
  const told = TELLERS[event]?.(row, context) ?? {}
  return { text: `${id}: ${event}`, state: null, until: null, agent: id, ...told }
}

type Told = Partial<RowText>

const TELLERS: Readonly<Record<string, (row: StoredRow, context: AgentContext) => Told>> = {
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
  'agent.reported': ({ id, set }) =>
    part(set['report'], 'kind') === 'done'
      ? { text: `${id} says it is done` }
      : { text: `${id} ${reportOf(part(set['report'], 'failure'))}` },
  'agent.stopping': ({ id, set }) => ({
    text: `${id} ${stopWords(part(set['state'], 'reason'))}`,
  }),
  'agent.ended': ended,
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

const reportOf = (failure: unknown): string =>
  isQuestion(failure)
    ? `asks: ${saidOf(part(failure, 'reason')) ?? ''}`
    : `says it failed: ${reasonOf(failure)}`

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
  budget: 'is being stopped: its task has used up its budget',
  superseded: 'is being stopped: its task was settled',
  abandoned: 'is being stopped: its task was abandoned',
}

function ended({ id, set }: StoredRow, { hasGivenBack }: AgentContext): Told {
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

/** Pieces of journal rows, read with care: an older or newer program may have written them. */
export interface RowText {
  readonly text: string
  readonly agent: string | null
  /** The shown state whose tone it has. */
  readonly state: ShownState | null
  /** When what it began will end by itself, ms. */
  readonly until: number | null
}

/** A field of something that was written by this program, but maybe by an older one. */
export const part = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
export const textOf = (value: unknown): string | null =>
  typeof value === 'string' && value !== '' ? oneLine(value) : null
/** What people and agents say to each other is told whole, as far as a line of a list can hold it. */
export const saidOf = (value: unknown): string | null =>
  typeof value === 'string' && value.trim() !== '' ? clip(value.replace(/\s+/g, ' ').trim()) : null
const MOST_SIGNS = 2000
const clip = (text: string): string =>
  text.length > MOST_SIGNS ? `${text.slice(0, MOST_SIGNS - 1)}…` : text
export const reasonOf = (failure: unknown): string =>
  textOf(part(failure, 'reason')) ?? 'no reason told'
