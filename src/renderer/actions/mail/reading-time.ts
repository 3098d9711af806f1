/** When a message would be read, by what the page knows now. Pure. */
import type { MemberView, MessageView } from '../../../contract/message.ts'
import type { AgentView, Summary } from '../../../contract/view.ts'
import { isFinishedCard, type Tasks } from '../../model/reach.ts'

export interface ReadingFacts {
  readonly members: readonly MemberView[]
  readonly agents: ReadonlyMap<string, AgentView>
  readonly tasks: Tasks
  readonly summary: Pick<Summary, 'paused' | 'agents'> | null
  /** As the page writes an instant. */
  readonly timeText: (iso: string) => string
}

/** Names as they were typed: `back-end, task:api`. */
export const namesIn = (to: string): readonly string[] => [
  ...new Set(to.split(/[\s,]+/).filter((name) => name !== '')),
]

/** One line for each recipient, each line once; `all` is each member. */
export function readingLines(
  names: readonly string[],
  priority: MessageView['priority'],
  facts: ReadingFacts,
): readonly string[] {
  const each = names.flatMap((name) =>
    name === 'all' ? facts.members.map((member) => member.name) : [name],
  )
  return [...new Set(each.map((name) => readingLine(name, priority, facts)))]
}

function readingLine(name: string, priority: MessageView['priority'], facts: ReadingFacts): string {
  const member = facts.members.find((each) => each.name === name)
  if (member?.person || name === 'person') return `${name} sees it in Attention`
  if (member) return memberLine(member, priority, facts)
  if (name.startsWith('task:')) return taskLine(name.slice('task:'.length), facts)
  if (/^agent-\d+$/.test(name))
    return facts.agents.has(name)
      ? `${name} reads it when it looks for messages`
      : `${name} does not live: task:ID reaches the next agent of a task`
  if (name.includes('@')) return `${name} is on another machine: goes with the next exchange`
  return `${name} is no member: check the name`
}

function memberLine(
  { name, agent, pilot, paused, state, nextWake }: MemberView,
  priority: MessageView['priority'],
  { summary, timeText }: ReadingFacts,
): string {
  if (agent !== null) return `${name} is busy: after ${agent}`
  if (pilot) return `${name} is driven by a person: shown in Attention`
  if (summary?.paused) return `Paused yard: waits for ${name}`
  if (paused) return `${name} is paused: waits until it is resumed`
  if (state === 'sleeping' && nextWake !== null)
    return `${name} sleeps: with the next turn at ${timeText(nextWake)}`
  if (priority === 'low') return lowLine({ name, state, nextWake }, timeText)
  if (summary && summary.agents.alive >= summary.agents.max)
    return `Wakes ${name} when a place is free`
  return `Wakes ${name} now`
}

/** It wakes nobody. */
const lowLine = (
  { name, state, nextWake }: Pick<MemberView, 'name' | 'state' | 'nextWake'>,
  timeText: ReadingFacts['timeText'],
): string =>
  state === 'idle' || nextWake === null
    ? `With ${name}’s next turn, whenever something else wakes it`
    : `${name}: with the next turn at ${timeText(nextWake)}`

function taskLine(id: string, { tasks, summary }: ReadingFacts): string {
  const card = tasks.get(id)
  if (!card) return `There is no task ${id}`
  if (isFinishedCard(card) && card.status !== 'failed')
    return `Task ${id} is ${card.status}: no agent of it would read this`
  if (card.agent !== null)
    return `${card.agent} reads it when it looks for messages, else the next try of ${id}`
  return summary?.paused
    ? `Paused yard: waits for the next try of ${id}`
    : `With the next try of ${id}`
}
