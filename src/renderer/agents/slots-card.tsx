/** Roads: who drove where in the last hour, and what waits to drive. */
import { useRef, type KeyboardEvent, type ReactNode } from 'react'
import type { History } from '../../contract/page.ts'
import { useYard } from '../session/session-context.tsx'
import { durationText } from '../../domain/format.ts'
import { plural } from '../ui/numbers.ts'
import { navigate } from '../workspace/route.ts'
import { blocksOf, nextUp, packLanes, placeOf, ticksOf, type Block, type NextUp } from './slots.ts'
import { clock } from '../ui/clock.ts'
import './slots.css'

interface RoadsCardProps {
  readonly tries: History['tries']
  readonly people: ReadonlySet<string>
  readonly nowMs: number
}

/** More free roads than these are only counted. */
const MOST_FREE = 8

export function SlotsCard({ tries, people, nowMs }: RoadsCardProps) {
  const agents = useYard((view) => view.agents)
  const tasks = useYard((view) => view.tasks)
  const summary = useYard((view) => view.summary)
  if (summary === null) return null
  const { max } = summary.agents
  const blocks = blocksOf({ tries, live: [...agents.values()], tasks, people, nowMs })
  const packed = packLanes(blocks)
  const taken = blocks.filter(({ isAlive }) => isAlive).length
  const count = Math.max(packed.length, Math.min(max, MOST_FREE))
  const lanes = Array.from({ length: count }, (_, index) => packed[index] ?? [])
  const next = nextUp(tasks.values(), { ...summary, agents: { alive: taken, max } })
  return (
    <section className="card roads" aria-label="Roads, last 60 minutes">
      <header>
        <h2>Roads</h2>
        <span>{roadsText(taken, max)}</span>
        <NextLine next={next} />
      </header>
      <Lanes lanes={lanes} nowMs={nowMs}>
        {max > count && (
          <li className="roads-more">
            {plural(max - count, 'more road is free', 'more roads are free')}
          </li>
        )}
      </Lanes>
      <div className="road-ticks" aria-hidden="true">
        {ticksOf(nowMs).map((at) => (
          <span key={at} style={{ left: `${placeOf(at, nowMs) * 100}%` }}>
            {clock.format(at)}
          </span>
        ))}
      </div>
    </section>
  )
}

const roadsText = (taken: number, max: number): string =>
  max === 0 ? 'No roads: max agents is 0' : `${taken} of ${max} taken, last 60 minutes`

function NextLine({ next }: { readonly next: NextUp | null }) {
  if (next === null) return null
  return (
    <span className="road-next">
      Next:{' '}
      <button type="button" onClick={() => navigate({ task: next.task, tab: 'overview' })}>
        {next.title}
      </button>{' '}
      {next.why}
    </span>
  )
}

interface LanesProps {
  readonly lanes: readonly (readonly Block[])[]
  readonly nowMs: number
  readonly children: ReactNode
}

/** One stop for Tab; arrows go along a road and across to its neighbour. */
function Lanes({ lanes, nowMs, children }: LanesProps) {
  const list = useRef<HTMLOListElement>(null)
  const last = lanes.flat().reduce<Block | null>((a, b) => (a && a.to >= b.to ? a : b), null)
  const onKeyDown = (event: KeyboardEvent): void => {
    const next = blockAfter(list.current, event)
    if (next === null) return
    event.preventDefault()
    next.focus()
  }
  return (
    <ol className="road-lanes" ref={list} onKeyDown={onKeyDown}>
      {lanes.map((blocks, index) => (
        <li key={index} className="road">
          <span className="road-name">Road {index + 1}</span>
          <ol className="road-track" aria-label={`Road ${index + 1}`}>
            {blocks.map((block) => (
              <BlockMark key={block.agent} block={block} nowMs={nowMs} isFirst={block === last} />
            ))}
          </ol>
        </li>
      ))}
      {children}
      <i className="road-now" style={{ '--now': placeOf(nowMs, nowMs) }} aria-hidden="true" />
    </ol>
  )
}

/** Share of the width below which no word fits. */
const NARROW = 0.02

interface BlockMarkProps {
  readonly block: Block
  readonly nowMs: number
  readonly isFirst: boolean
}

function BlockMark({ block, nowMs, isFirst }: BlockMarkProps) {
  const { agent, task, label, state, word, from, to, isAlive } = block
  const left = placeOf(from, nowMs)
  const width = placeOf(to, nowMs) - left
  const text = `${label}, ${word.toLowerCase()}, ${durationText(to - from)}`
  return (
    <li
      className="road-place"
      data-narrow={width < NARROW || undefined}
      // From its end, so that a short one does not reach beyond now.
      style={{ right: `${(1 - left - width) * 100}%`, width: `${width * 100}%` }}
    >
      <button
        type="button"
        className="road-block"
        data-st={state}
        data-alive={isAlive || undefined}
        tabIndex={isFirst ? 0 : -1}
        title={text}
        aria-label={`${agent}: ${text}`}
        onClick={() => navigate({ task, tab: 'output', agent })}
      >
        <span>{label}</span>
      </button>
    </li>
  )
}

/** Null for a key that does not move, and at an end. */
function blockAfter(
  list: HTMLElement | null,
  { key, target }: Pick<KeyboardEvent, 'key' | 'target'>,
): HTMLElement | null {
  const step = STEPS[key]
  if (list === null || step === undefined || !(target instanceof HTMLElement)) return null
  const roads = [...list.querySelectorAll('.road')]
    .map((road) => [...road.querySelectorAll<HTMLElement>('.road-block')])
    .filter((blocks) => blocks.length > 0)
  const road = roads.findIndex((blocks) => blocks.includes(target))
  if (step.along !== 0) {
    const place = (roads[road]?.indexOf(target) ?? 0) + step.along
    return roads[road]?.[place] ?? null
  }
  return roads[road + step.across]?.at(-1) ?? null
}

const STEPS: Readonly<Record<string, { readonly along: number; readonly across: number }>> = {
  ArrowLeft: { along: -1, across: 0 },
  ArrowRight: { along: 1, across: 0 },
  ArrowUp: { along: 0, across: -1 },
  ArrowDown: { along: 0, across: 1 },
}
