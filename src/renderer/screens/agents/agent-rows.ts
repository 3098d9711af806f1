/** Which agents the table lists, in which groups and order. */
import type { AgentView, TaskCard } from '../../../contract/view.ts'
import { lookOf } from '../../model/agent-state.ts'

export const SHOWN = ['live', 'ended', 'all', 'trends', 'costs'] as const
export type Shown = (typeof SHOWN)[number]

export type Row =
  | { readonly kind: 'head'; readonly key: string; readonly label: string; readonly count: number }
  | { readonly kind: 'agent'; readonly key: string; readonly agent: AgentView }

interface RowsOf {
  readonly shown: Shown
  readonly live: readonly AgentView[]
  /** In any order; the table has the newest first. */
  readonly ended: readonly AgentView[]
  readonly tasks: ReadonlyMap<string, TaskCard>
  readonly words: string
  readonly nowMs: number
}

const HOUR_MS = 3_600_000

/** Live: those at work, and below them what ended in the last hour. */
export function rowsOf({ shown, live, ended, tasks, words, nowMs }: RowsOf): readonly Row[] {
  const fits = matcherOf(words, tasks, nowMs)
  const alive = shown === 'ended' ? [] : live.filter(fits)
  const past = ended.filter(fits).toSorted((a, b) => endOf(b) - endOf(a))
  const isLate = ({ endedAt }: AgentView): boolean =>
    endedAt !== null && nowMs - Date.parse(endedAt) < HOUR_MS
  const earlier = shown === 'live' ? [] : past.filter((agent) => !isLate(agent))
  return [
    ...alive.map(agentRow),
    ...groupOf('late', 'Ended in the last hour', past.filter(isLate)),
    ...groupOf('earlier', 'Ended earlier', earlier),
  ]
}

const endOf = ({ endedAt }: AgentView): number => (endedAt === null ? 0 : Date.parse(endedAt))

const agentRow = (agent: AgentView): Row => ({ kind: 'agent', key: agent.id, agent })

const groupOf = (key: string, label: string, agents: readonly AgentView[]): readonly Row[] =>
  agents.length === 0
    ? []
    : [{ kind: 'head', key, label, count: agents.length }, ...agents.map(agentRow)]

/** Every word must occur in its id, its task, its executor, its model, its state or what it does. */
function matcherOf(
  words: string,
  tasks: ReadonlyMap<string, TaskCard>,
  nowMs: number,
): (agent: AgentView) => boolean {
  const wanted = words.toLowerCase().match(/\S+/g) ?? []
  return (agent) => {
    if (wanted.length === 0) return true
    const text = [
      agent.id,
      agent.task,
      tasks.get(agent.task)?.title,
      agent.executor,
      agent.model,
      lookOf(agent, nowMs).word,
      agent.doing,
      agent.failure?.reason,
    ]
      .join(' ')
      .toLowerCase()
    return wanted.every((word) => text.includes(word))
  }
}

/** The agent that stands so many places further in the table; null when there is none. */
export function neighbourOf(
  rows: readonly Row[],
  id: string | null,
  step: number,
): { readonly id: string; readonly index: number } | null {
  const places = rows.flatMap((row, index) =>
    row.kind === 'agent' ? [{ id: row.agent.id, index }] : [],
  )
  const now = places.findIndex((place) => place.id === id)
  if (now === -1) return places[0] ?? null
  return places[Math.min(places.length - 1, Math.max(0, now + step))] ?? null
}
