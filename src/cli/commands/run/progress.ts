/** How a graph goes on, for the eye: lines that are redrawn on a terminal, one line for each change elsewhere. */
import type { BreakerView, TaskCard } from '../../../contract/view.ts'
import { durationText } from '../../../domain/format.ts'
import type { Machine } from '../../spec/define.ts'
import { clock, countOf, signOf, stateText } from '../../text/format.ts'
import { oneLine, type Printer, shorten, visible } from '../../text/print.ts'
import type { Change, LiveGraph } from './rest-watch.ts'

export interface Progress {
  show(change: Change): void
  /** A sentence of its own, above the redrawn lines. */
  say(text: string): void
  /** Leaves the terminal as a person expects it. Calling it twice is harmless. */
  end(): void
}

export const createProgress = (print: Printer, machine: Machine): Progress =>
  print.isLive ? createLiveProgress(machine) : createPlainProgress(print)

/** States whose changes are logged; `ready` and `blocked` come and go between. */
const REPORTED = new Set([
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
  if (before === null || !REPORTED.has(after.state)) return null
  if (before.state === after.state && before.agent === after.agent) return null
  const sign = signOf(after.state)
  const title = oneLine(after.title)
  if (after.state === 'in-progress')
    return `${sign} ${after.id} started${againText(after)} as ${after.agent}: ${title}`
  const took = after.state === 'done' ? (after.workedMs ?? null) : null
  const detail = took === null ? after.fact : durationText(took)
  return `${sign} ${after.id} ${stateText(after.state, detail ? oneLine(detail) : null, after.reason)}`
}

const againText = ({ sentBack }: TaskCard): string =>
  sentBack === undefined ? '' : ` again (${oneLine(sentBack)})`

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
const MAX_AGENTS_SHOWN = 8

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
        // Who works is redrawn below; why somebody works again is not.
        const isTold = after.state !== 'in-progress' || after.sentBack !== undefined
        if (line !== null && isTold) above(line)
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
  const lines = working.slice(0, MAX_AGENTS_SHOWN).map((agent) => {
    const since = now - new Date(agent.startedAt ?? agent.claimedAt).getTime()
    const doing = agent.doing === null ? '' : `  ${oneLine(agent.doing)}`
    return `  ▶ ${agent.task}  ${agent.id}  ${durationText(Math.max(0, since))}${doing}`
  })
  if (working.length > MAX_AGENTS_SHOWN)
    lines.push(`  and ${working.length - MAX_AGENTS_SHOWN} more`)
  const { done = 0, ...others } = countStates(graph.tasks.values())
  const words = Object.entries(others).map(([state, n]) => `${n} ${state}`)
  return [...lines, [`${done} of ${graph.tasks.size} done`, ...words].join(' · ')]
}

export const countStates = (tasks: Iterable<TaskCard>): Record<string, number> =>
  countOf([...tasks].map(({ state }) => state))

/** Reports what a graph waits for while no agent is at work, each reason once. */
export function createPauseReporter(): (progress: Progress, graph: LiveGraph) => void {
  const reported = new Set<string>()
  return (progress, graph) => {
    const lines = pauseLines(graph)
    for (const line of lines) {
      if (!reported.has(line)) progress.say(line)
      reported.add(line)
    }
  }
}

const COULD_START = new Set(['ready', 'parked', 'delayed'])

/** Breakers that hold back one agent only. */
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
  const [first] = next
    .flatMap(({ id, park, notBefore }) => {
      const until = park?.until ?? notBefore
      return until ? [{ id, until }] : []
    })
    .toSorted((a, b) => Date.parse(a.until) - Date.parse(b.until))
  return first === undefined
    ? []
    : [`‖ waits until ${clock(first.until)}: nothing can start before ${first.id}`]
}

function breakerLine({ kind, subject, reason, until }: BreakerView): string {
  const when = until === null ? 'for a person' : `until ${clock(until)}`
  const who = kind === 'budget' ? '' : `${subject} is held back: `
  return `‖ waits ${when}: ${who}${oneLine(reason)}`
}
