/** What a graph waits for while no agent is at work, for somebody who looks at a terminal on which nothing happens. */
import type { BreakerView } from '../contract/view.ts'
import type { LiveGraph } from './follow.ts'
import type { Progress } from './progress.ts'
import { oneLine } from './table.ts'
import { clock } from './time-words.ts'

/** Says each pause once. */
export function createPauseTeller(): (progress: Progress, graph: LiveGraph) => void {
  const told = new Set<string>()
  return (progress, graph) => {
    const lines = pauseLines(graph)
    for (const line of lines) {
      if (!told.has(line)) progress.say(line)
      told.add(line)
    }
  }
}

const COULD_START = new Set(['ready', 'parked', 'delayed'])

/** Breakers that hold nobody else back. */
const OF_ONE_AGENT: ReadonlySet<string> = new Set(['silence', 'unreachable'])

export function pauseLines({ tasks, agents, summary }: LiveGraph): string[] {
  // Said beside living agents too: their ends wait for it.
  if (summary.readOnly !== null)
    return [`! nothing can be saved: ${oneLine(summary.readOnly)}; it is tried again by itself`]
  const next = [...tasks.values()].filter(({ state, stuck }) => COULD_START.has(state) && !stuck)
  if (agents.size > 0 || next.length === 0 || summary.paused) return []
  const held = summary.breakers.filter(({ kind }) => !OF_ONE_AGENT.has(kind)).map(breakerLine)
  if (held.length > 0) return held
  const hold = summary.machine?.hold ?? null
  if (hold !== null) return [`‖ waits: ${oneLine(hold)}`]
  if (next.some(({ state }) => state === 'ready')) return []
  const until = next
    .flatMap(({ park, notBefore }) => [park?.until ?? notBefore ?? []].flat())
    .toSorted((a, b) => Date.parse(a) - Date.parse(b))[0]
  return until === undefined ? [] : [`‖ waits until ${clock(until)}: nothing can start before`]
}

function breakerLine({ kind, subject, reason, until }: BreakerView): string {
  const when = until === null ? 'for a person' : `until ${clock(until)}`
  const who = kind === 'budget' ? '' : `${subject} is held back: `
  return `‖ waits ${when}: ${who}${oneLine(reason)}`
}
