/** What happened to a task, in lines, the oldest first. */
import type { TimelineRow } from '../contract/page.ts'
import type { AgentView } from '../contract/view.ts'
import { isHeldUp } from '../domain/held-up.ts'
import type { Client } from './client.ts'
import { oneLine } from './table.ts'
import { moment } from './time-words.ts'

const PAGE = 1000

/** The newest `limit` rows; `isWhole` is false when there are older ones. */
export async function timelineOf(
  client: Client,
  id: string,
  limit: number,
): Promise<{ readonly rows: readonly TimelineRow[]; readonly isWhole: boolean }> {
  const rows: TimelineRow[] = []
  let before: number | undefined
  for (;;) {
    const wanted = Math.min(PAGE, limit - rows.length)
    const page = await client.page.timeline({
      id,
      limit: wanted,
      ...(before === undefined ? {} : { before }),
    })
    rows.push(...page.rows)
    before = rows.at(-1)?.seq
    if (page.isEnd || page.rows.length === 0 || rows.length >= limit)
      return { rows: rows.toReversed(), isWhole: page.isEnd }
  }
}

export const timelineLine = ({ at, by, text }: TimelineRow): string =>
  `${moment(at)}  ${oneLine(by)}: ${oneLine(text)}`

/** Steps on the way of an agent, which a summary of the task can do without. */
const STEPS = new Set(['agent.placed', 'agent.started', 'agent.heard', 'agent.conversed'])
export const isMilestone = ({ event }: TimelineRow): boolean => !STEPS.has(event)

/** How an agent has ended, in a word. One that asked a person, or that could not begin yet, has not failed. */
export function outcomeOf(agent: Pick<AgentView, 'outcome' | 'failure'>): string {
  if (agent.failure?.class === 'question') return 'asked'
  return isHeldUp(agent) ? 'held-up' : (agent.outcome ?? 'ended')
}
