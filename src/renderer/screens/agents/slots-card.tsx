/** Slots: who drove where in the last hour, and what waits to drive. */
import { useRef, type KeyboardEvent, type ReactNode } from 'react'
import type { History } from '../../../contract/page.ts'
import { useYard } from '../../model/session/session-context.tsx'
import { durationText } from '../../../domain/format.ts'
import { clock, plural } from '../../ui/format.ts'
import { navigate } from '../../model/route.ts'
import { JudgementLane } from './judgement-lane.tsx'
import { blocksOf, nextUp, packLanes, slotOf, ticksOf, type Block, type NextUp } from './slots.ts'
import './slots.css'

interface SlotsCardProps {
  readonly tries: History['tries']
  readonly people: ReadonlySet<string>
  readonly nowMs: number
}

/** More free slots than these are only counted. */
const MOST_FREE = 8

export function SlotsCard({ tries, people, nowMs }: SlotsCardProps) {
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
    <section className="card slots" aria-label="Slots, last 60 minutes">
      <header>
        <h2>Slots</h2>
        <span>{slotsText(taken, max)}</span>
        <NextLine next={next} />
      </header>
      <Lanes lanes={lanes} nowMs={nowMs}>
        <JudgementLane nowMs={nowMs} />
        {max > count && (
          <li className="text-11 text-text-2">
            {plural(max - count, 'more slot is free', 'more slots are free')}
          </li>
        )}
      </Lanes>
      <div className="slot-ticks" aria-hidden="true">
        {ticksOf(nowMs).map((at) => (
          <span key={at} style={{ left: `${slotOf(at, nowMs) * 100}%` }}>
            {clock.format(at)}
          </span>
        ))}
      </div>
    </section>
  )
}

const slotsText = (taken: number, max: number): string =>
  max === 0 ? 'No slots: max agents is 0' : `${taken} of ${max} taken, last 60 minutes`

function NextLine({ next }: { readonly next: NextUp | null }) {
  if (next === null) return null
  return (
    <span className="slot-next truncate ml-auto min-w-0">
      Next:{' '}
      <button
        type="button"
        className="text-button"
        onClick={() => navigate({ task: next.task, tab: 'overview' })}
      >
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

/** One stop for Tab; arrows go along a slot and across to its neighbour. */
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
    <ol className="slot-lanes" ref={list} onKeyDown={onKeyDown}>
      {lanes.map((blocks, index) => (
        <li key={index} className="slot">
          <span className="text-11 text-text-2">Slot {index + 1}</span>
          <ol className="slot-track" aria-label={`Slot ${index + 1}`}>
            {blocks.map((block) => (
              <BlockMark key={block.agent} block={block} nowMs={nowMs} isFirst={block === last} />
            ))}
          </ol>
        </li>
      ))}
      {children}
      <i className="slot-now" style={{ '--now': slotOf(nowMs, nowMs) }} aria-hidden="true" />
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
  const { agent, task, label, state, word, from, to, isAlive, triage } = block
  const left = slotOf(from, nowMs)
  const width = slotOf(to, nowMs) - left
  const verdict = triage === null ? '' : `, triage: ${triage}`
  const text = `${label}, ${word.toLowerCase()}, ${durationText(to - from)}${verdict}`
  return (
    <li
      className="slot-place"
      data-narrow={width < NARROW || undefined}
      // From its end, so that a short one does not reach beyond now.
      style={{ right: `${(1 - left - width) * 100}%`, width: `${width * 100}%` }}
    >
      <button
        type="button"
        className="slot-block flex items-center"
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
function blockAfter(list: HTMLElement | null, { key, target }: KeyboardEvent): HTMLElement | null {
  if (list === null || !(target instanceof HTMLElement)) return null
  const slots = [...list.querySelectorAll('.slot')]
    .map((slot) => [...slot.querySelectorAll<HTMLElement>('.slot-block')])
    .filter((blocks) => blocks.length > 0)
  const slot = slots.findIndex((blocks) => blocks.includes(target))
  const place = slots[slot]?.indexOf(target) ?? 0
  const next = {
    ArrowLeft: slots[slot]?.[place - 1],
    ArrowRight: slots[slot]?.[place + 1],
    ArrowUp: slots[slot - 1]?.at(-1),
    ArrowDown: slots[slot + 1]?.at(-1),
  }
  return next[key as keyof typeof next] ?? null
}
