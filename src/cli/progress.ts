/** How a graph goes on, for the eye: lines that are redrawn on a terminal, one line for each change elsewhere. */
import type { TaskCard } from '../contract/view.ts'
import type { Change, LiveGraph } from './follow.ts'
import type { Machine } from './cli.ts'
import type { Printer } from './print.ts'
import { signOf, stateText } from './state-words.ts'
import { oneLine, shorten, visible } from './table.ts'
import { span } from './time-words.ts'

export interface Progress {
  show(change: Change): void
  /** A sentence of its own, above the redrawn lines. */
  say(text: string): void
  /** Leaves the terminal as a person expects it. Calling it twice is harmless. */
  end(): void
}

export const createProgress = (print: Printer, machine: Machine): Progress =>
  print.isLive ? createLiveProgress(machine) : createPlainProgress(print)

/** Changes that somebody who reads a log wants to see; `ready` and `blocked` come and go between. */
const TOLD = new Set([
  'in-progress',
  'done',
  'failed',
  'abandoned',
  'waiting',
  'parked',
  'paused',
  'delayed',
])

export function changeLine(before: TaskCard | null, after: TaskCard): string | null {
  if (before === null && after.mergeFor !== undefined)
    return `! a merge conflict of ${after.mergeFor}: ${after.id} settles it`
  if (before === null || !TOLD.has(after.state)) return null
  if (before.state === after.state && before.agent === after.agent) return null
  const sign = signOf(after.state)
  const title = oneLine(after.title)
  if (after.state === 'in-progress')
    return `${sign} ${after.id} started as ${after.agent}: ${title}`
  const took = after.state === 'done' ? (after.workedMs ?? null) : null
  const detail = took === null ? after.fact : span(took)
  return `${sign} ${after.id} ${stateText(after.state, detail ? oneLine(detail) : null)}`
}

function createPlainProgress(print: Printer): Progress {
  return {
    show({ changed, isFirst }) {
      if (isFirst) return
      for (const { before, after } of changed) {
        const line = changeLine(before, after)
        if (line !== null) print.progress(line)
      }
    },
    say: (text) => print.progress(text),
    end: () => {},
  }
}

const REDRAW_MS = 120
const MOST_AGENTS_SHOWN = 8

function createLiveProgress({ stderr }: Machine): Progress {
  let graph: LiveGraph | null = null
  let drawn = 0
  const clear = (): void => {
    if (drawn > 0) stderr.write(`\u001b[${drawn}A\u001b[0J`)
    drawn = 0
  }
  const draw = (): void => {
    if (!graph) return
    clear()
    const lines = liveLines(graph, Date.now()).map((line) =>
      shorten(line, (stderr.columns ?? 80) - 1),
    )
    stderr.write(lines.map((line) => `${visible(line)}\n`).join(''))
    drawn = lines.length
  }
  const above = (text: string): void => {
    clear()
    stderr.write(`${visible(text)}\n`)
  }
  const timer = setInterval(draw, REDRAW_MS)
  return {
    show(change) {
      graph = change.graph
      if (change.isFirst) return
      for (const { before, after } of change.changed) {
        const line = changeLine(before, after)
        if (line !== null && after.state !== 'in-progress') above(line)
      }
    },
    say(text) {
      above(text)
      draw()
    },
    end() {
      clearInterval(timer)
      clear()
      graph = null
    },
  }
}

/** The agents at work, then how far it all is. */
export function liveLines(graph: LiveGraph, now: number): string[] {
  const working = [...graph.agents.values()]
  const lines = working.slice(0, MOST_AGENTS_SHOWN).map((agent) => {
    const since = now - new Date(agent.startedAt ?? agent.claimedAt).getTime()
    const doing = agent.doing === null ? '' : `  ${oneLine(agent.doing)}`
    return `  ▶ ${agent.task}  ${agent.id}  ${span(Math.max(0, since))}${doing}`
  })
  if (working.length > MOST_AGENTS_SHOWN)
    lines.push(`  and ${working.length - MOST_AGENTS_SHOWN} more`)
  const { done = 0, ...others } = countStates(graph.tasks.values())
  const words = Object.entries(others).map(([state, n]) => `${n} ${state}`)
  return [...lines, [`${done} of ${graph.tasks.size} done`, ...words].join(' · ')]
}

export function countStates(tasks: Iterable<TaskCard>): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { state } of tasks) counts[state] = (counts[state] ?? 0) + 1
  return counts
}
