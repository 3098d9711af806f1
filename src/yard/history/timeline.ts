/** Rows of the journal as lines for people, newest first. */
import { agentIdSchema } from '../../domain/schemas.ts'
import type { Answers } from '../../contract/contract.ts'
import type { TimelineRow } from '../../contract/page.ts'
import type { Agent } from '../../domain/agent.ts'
import { isAgentId, isTaskId, type TaskId } from '../../domain/ids.ts'
import { judgementIdSchema } from '../../domain/judging/evaluation.ts'
import type { Judgement } from '../../domain/judging/judgement.ts'
import type { StoredRow } from '../../store/journal.ts'
import { isoOrNull, isoTime } from '../views/iso-time.ts'
import type { Yard } from '../yard.ts'
import type { RowContext } from './row-fields.ts'
import { textOfRow } from './row-text.ts'

type Source = Pick<Yard, 'plan' | 'store' | 'now'>

export interface Page {
  /** Sequence number; only older rows are given. */
  readonly before: number
  readonly limit: number
}

type TimelinePage = Answers['page']['timeline']

export function taskTimeline(yard: Source, taskId: TaskId, page: Page): TimelinePage {
  const rows = yard.store.past.taskRows(taskId, page.before, page.limit + 1)
  return toPage(rows, page, (row) => toLine(yard, row, null))
}

/** All that happened; each line begins with the title of its task. */
export function journalTail(yard: Source, page: Page): TimelinePage {
  const rows = yard.store.past.tailRows(page.before, page.limit + 1)
  const tasks = new Map<string, string | null>()
  return toPage(rows, page, (row) => toLine(yard, row, titleOf(yard, taskIdOf(yard, row, tasks))))
}

const toPage = (
  rows: readonly StoredRow[],
  { limit }: Page,
  line: (row: StoredRow) => TimelineRow,
): TimelinePage => ({ rows: rows.slice(0, limit).map(line), isEnd: rows.length <= limit })

function toLine(yard: Source, row: StoredRow, title: string | null): TimelineRow {
  const context: RowContext = {
    now: yard.now(),
    titleOf: (id) => titleOf(yard, id) ?? id,
    statusBefore: () => yard.store.past.statusBefore(row.id, row.seq),
    isAnswer: () => isAnswer(yard, row),
    maxAttempts: () =>
      isTaskId(row.id) ? (yard.plan.tasks.get(row.id)?.maxAttempts ?? null) : null,
    hasGivenBack: () => hasGivenBack(yard, row),
    claimerOf: (id) => agentOf(yard, id)?.claimedBy ?? null,
  }
  const { text, agent, state, until } = textOfRow(row, context)
  return {
    seq: row.seq,
    at: isoTime(row.at),
    by: row.by,
    event: row.event,
    text: title === null ? text : `${title}: ${text}`,
    agent,
    state,
    until: isoOrNull(until),
  }
}

/** An answer is a line that opens its task again by the same command; a note leaves it waiting. */
function isAnswer({ store: { past } }: Source, { by, set, seq }: StoredRow): boolean {
  const task = set['taskId']
  if (typeof task !== 'string' || isAgentId(by)) return false
  return past.statusBefore(task, seq) === 'waiting' && past.statusBefore(task, seq + 2) === 'open'
}

/** Its end and the opening of its task are one commit; between them may stand that the task keeps its conversation. */
function hasGivenBack(yard: Source, { id, seq }: StoredRow): boolean {
  const task = agentOf(yard, id)?.taskId
  return yard.store.past
    .planRows(seq, seq + 2)
    .some((row) => row.entity === 'task' && row.id === task && row.event === 'task.returned')
}

/** Null for one that was forgotten, or that is no agent at all. */
function agentOf({ plan, store }: Source, text: string): Agent | null {
  const id = agentIdSchema.safeParse(text)
  return id.success ? (plan.agents.get(id.data) ?? store.agent(id.data)) : null
}

const titleOf = ({ plan }: Source, id: string | null): string | null =>
  id === null ? null : ((isTaskId(id) ? plan.tasks.get(id)?.title : undefined) ?? id)

/** The task that a row is about; null for the yard as a whole. `agents` remembers whose an agent is. */
function taskIdOf(
  source: Source,
  row: StoredRow,
  agents: Map<string, string | null>,
): string | null {
  switch (row.entity) {
    case 'task':
      return row.id
    case 'dependency':
      return row.id.slice(row.id.indexOf('>') + 1)
    case 'log':
    case 'artifact':
    case 'evaluation':
    case 'opinion':
      return typeof row.set['taskId'] === 'string' ? row.set['taskId'] : null
    case 'agent': {
      const known = agents.get(row.id)
      if (known !== undefined) return known
      const task = agentOf(source, row.id)?.taskId ?? null
      agents.set(row.id, task)
      return task
    }
    case 'judgement':
      return judgementOf(source, row.id)?.taskId ?? null
    default:
      return null
  }
}

function judgementOf({ plan, store }: Source, text: string): Judgement | null {
  const id = judgementIdSchema.safeParse(text)
  return id.success ? (plan.judgements.get(id.data) ?? store.judging.judgement(id.data)) : null
}
