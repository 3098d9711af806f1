/** Times, usage and states as a terminal shows them. Times come as ISO 8601 and are shown in this machine's zone. */
import { isClipped } from '../../base/instant.ts'
import type { AgentView } from '../../contract/view.ts'
import type { Usage } from '../../domain/agent.ts'
import { isHeldUp } from '../../domain/failure.ts'
import { dollarsText, wholeText } from '../../domain/format.ts'
import type { ShownState } from '../../domain/graph/shown-state.ts'
import { type Colour, oneLine, type Printer } from './print.ts'

/** `2026-03-01 09:00:07`, marked where it was clipped to what a date can hold. */
export function dateTimeText(iso: string): string {
  const at = new Date(iso)
  if (Number.isNaN(at.getTime())) return iso
  return `${dayOf(at)} ${timeOf(at)}${isClipped(at.getTime()) ? ' (clipped)' : ''}`
}

/** `09:00:07`, with the day when it is not today. */
export function clock(iso: string, now: Date = new Date()): string {
  const at = new Date(iso)
  if (Number.isNaN(at.getTime())) return iso
  return dayOf(at) === dayOf(now) ? timeOf(at) : dateTimeText(iso)
}

const two = (n: number): string => String(n).padStart(2, '0')

const dayOf = (at: Date): string =>
  `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`

const timeOf = (at: Date): string =>
  `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`

/** Between two ISO moments; null while one is missing. */
export function between(from: string | null, to: string | null): number | null {
  if (from === null || to === null) return null
  const ms = new Date(to).getTime() - new Date(from).getTime()
  return Number.isNaN(ms) ? null : Math.max(0, ms)
}

/** `12,300 in, 450 out, $0.0213`; null when nothing is known. */
export function tokensOf(usage: Usage | null): string | null {
  if (usage === null) return null
  const { inputTokens, outputTokens, costUsd } = usage
  const parts = [
    inputTokens === null ? null : `${count(inputTokens)} in`,
    outputTokens === null ? null : `${count(outputTokens)} out`,
    costUsd === null ? null : dollarsText(costUsd),
  ].filter((part) => part !== null)
  if (parts.length === 0) return null
  return `${usage.atLeast ? 'at least ' : ''}${parts.join(', ')}`
}

export const count = wholeText

/** How often each word is there. */
export function countOf(words: Iterable<string>): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1
  return counts
}

/** `1 file`, `2 files`. */
export const counted = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`

/** Marked where it is a lower bound; `atLeast` counts the tries that make it one. */
export const bound = ({ atLeast }: { readonly atLeast: number }, figure: string): string =>
  atLeast > 0 && figure !== '' ? `≥${figure}` : figure

export const BOUND_NOTE = '≥ at least: not every try reported all that it used'

export { stateText } from '../../domain/reason.ts'

/** A sign and a colour, never a colour alone. */
const STATE_LOOKS: Readonly<Record<ShownState, readonly [sign: string, colour: Colour | null]>> = {
  done: ['✓', 'green'],
  failed: ['✗', 'red'],
  abandoned: ['⊘', 'dim'],
  'in-progress': ['▶', 'blue'],
  'pending-eval': ['◆', 'blue'],
  waiting: ['?', 'yellow'],
  paused: ['‖', 'yellow'],
  blocked: ['·', 'dim'],
  delayed: ['◷', null],
  parked: ['☾', 'yellow'],
  ready: ['○', null],
}

export const isShownState = (text: string): text is ShownState => Object.hasOwn(STATE_LOOKS, text)

export const signOf = (state: ShownState): string => STATE_LOOKS[state][0]

export function paintState(print: Pick<Printer, 'paint'>, state: ShownState, text: string): string {
  const colour = STATE_LOOKS[state][1]
  return colour === null ? text : print.paint(colour, text)
}

/** How an agent has ended, in one word. One that asked a person, or that could not begin yet, has not failed. */
export function outcomeOf(agent: Pick<AgentView, 'outcome' | 'failure'>): string {
  if (agent.failure?.class === 'question') return 'asked'
  return isHeldUp(agent) ? 'held-up' : (agent.outcome ?? 'ended')
}

export const valueText = (value: unknown): string => {
  if (value === null || value === undefined) return ''
  return oneLine(typeof value === 'string' ? value : JSON.stringify(value))
}

/** A value of the configuration. */
export const shownOrNone = (value: unknown): string => valueText(value) || 'nothing'
