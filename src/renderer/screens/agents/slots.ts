/** Slots: the places under `max_agents` as lanes over the last hour, and what drove on them. */
import type { History } from '../../../contract/page.ts'
import type { AgentView, TaskCard } from '../../../contract/view.ts'
import { reasonInSentence } from '../../../domain/reason.ts'
import type { ShownState } from '../../../domain/graph/shown-state.ts'
import { PRIORITIES } from '../../../domain/graph/priority.ts'
import { endedLook, isPerson, lookOf, triageText, tryText } from '../../model/agent-state.ts'

export const SLOTS_MS = 3_600_000
/** Room right of now, so that the line of now stands inside. */
export const AHEAD_MS = 360_000

export interface Block {
  readonly agent: string
  readonly task: string
  readonly label: string
  readonly state: ShownState
  readonly word: string
  /** ms; `to` of a living agent is now. */
  readonly from: number
  readonly to: number
  readonly isAlive: boolean
  /** What a model said of its end or silence; null = none was asked. */
  readonly triage: string | null
}

interface BlocksOf {
  readonly tries: History['tries']
  readonly live: readonly AgentView[]
  readonly tasks: ReadonlyMap<string, TaskCard>
  /** Profiles that are people: they take no place. */
  readonly people: ReadonlySet<string>
  readonly nowMs: number
}

/** What was in a slot within the last hour, oldest first. */
export function blocksOf({ tries, live, tasks, people, nowMs }: BlocksOf): readonly Block[] {
  const alive = new Set(live.map(({ id }) => id))
  const ended = tries.flatMap((each): Block[] => {
    const to = Date.parse(each.endedAt)
    if (people.has(each.executor) || alive.has(each.agent) || to < nowMs - SLOTS_MS) return []
    const { state, word } = endedLook(each.outcome)
    const label = each.outcome === 'done' ? each.title : `${each.title}, ${word.toLowerCase()}`
    const from = Date.parse(each.claimedAt)
    const triage = each.triage ? triageText(each.triage) : null
    const { agent, task } = each
    return [{ agent, task, label, state, word, from, to, isAlive: false, triage }]
  })
  const now = live.flatMap((agent): Block[] => {
    if (isPerson(agent)) return []
    const card = tasks.get(agent.task)
    const title = card?.title ?? agent.task
    const number = card && card.attempts > 1 ? tryText(agent, card) : null
    const label = number === null ? title : `${title}, ${number.toLowerCase()}`
    const from = Date.parse(agent.claimedAt)
    const { id, task } = agent
    const triage = agent.triage && triageText(agent.triage)
    const look = lookOf(agent, nowMs)
    return [{ agent: id, task, label, ...look, from, to: nowMs, isAlive: true, triage }]
  })
  return [...ended, ...now].toSorted((a, b) => a.from - b.from)
}

/** Each block on the first lane that is free when it begins. The clock of the two ends may differ by a moment, which is no overlap. */
export function packLanes(blocks: readonly Block[]): readonly (readonly Block[])[] {
  const lanes: Block[][] = []
  for (const block of blocks) {
    const free = lanes.find((lane) => (lane.at(-1)?.to ?? 0) <= block.from + TOUCH_MS)
    if (free) free.push(block)
    else lanes.push([block])
  }
  return lanes
}
const TOUCH_MS = 50

/** Share of the width, 0 to 1, kept within what is shown. */
export const slotOf = (atMs: number, nowMs: number): number =>
  Math.min(1, Math.max(0, (atMs - (nowMs - SLOTS_MS)) / (SLOTS_MS + AHEAD_MS)))

/** Quarters of an hour before now, oldest first, in ms. */
export const ticksOf = (nowMs: number): readonly number[] =>
  [4, 3, 2, 1, 0].map((quarters) => nowMs - quarters * 900_000)

export interface NextUp {
  readonly task: string
  readonly title: string
  /** What it waits for, as the end of a sentence. */
  readonly why: string
}

interface Yard {
  readonly paused: boolean
  readonly agents: { readonly alive: number; readonly max: number }
}

/** What starts next, and why it has not: the first ready task by priority, else the next one with a time. The coordinator has the last word: it also weighs age and the critical path. */
export function nextUp(tasks: Iterable<TaskCard>, yard: Yard): NextUp | null {
  let next: TaskCard | null = null
  for (const card of tasks) if (mayBeNext(card) && (!next || goesBefore(card, next))) next = card
  if (next === null) return null
  return { task: next.id, title: next.title, why: whyOf(next, yard) }
}

/** What can never start, and what a person claims, is not in line for a slot. */
const mayBeNext = (card: TaskCard): boolean =>
  card.state === 'ready'
    ? card.stuck === null && card.reason?.code !== 'person'
    : card.state === 'delayed' && card.notBefore !== null

function goesBefore(a: TaskCard, b: TaskCard): boolean {
  if (a.state !== b.state) return a.state === 'ready'
  if (a.state === 'ready') return rankOf(a) < rankOf(b)
  return Date.parse(a.notBefore ?? '') < Date.parse(b.notBefore ?? '')
}

const rankOf = (card: TaskCard): number => PRIORITIES.indexOf(card.priority)

function whyOf(card: TaskCard, { paused, agents }: Yard): string {
  if (paused) return 'when the yard is resumed'
  if (card.state === 'delayed') return reasonInSentence(card.fact ?? '', card.reason)
  if (agents.max === 0) return 'when there is a slot'
  if (agents.alive >= agents.max) return 'when a slot is free'
  return card.reason?.code === 'next' ? '' : reasonInSentence(card.fact ?? '', card.reason)
}
