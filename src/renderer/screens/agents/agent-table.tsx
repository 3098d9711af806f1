/** All agents as a table: only the rows in sight are in the page. Arrow keys walk it, ↵ shows the output. */
import {
  memo,
  useLayoutEffect,
  useRef,
  useState,
  type KeyboardEvent,
  type ReactNode,
  type RefObject,
} from 'react'
import type { AgentView, TaskCard } from '../../../contract/view.ts'
import { lookOf } from '../../model/agent-state.ts'
import { hasText } from '../../model/filter.ts'
import { useYard } from '../../model/session/session-context.tsx'
import { focusAfterDraw } from '../../ui/focus.ts'
import { stepOf, useVirtualRows } from '../../ui/virtual-rows.ts'
import { COLUMNS, type AgentCellProps } from './agent-columns.tsx'

interface AgentTableProps {
  readonly rows: readonly Row[]
  readonly rates: Readonly<Record<string, readonly number[]>>
  readonly nowMs: number
  /** Shown in the inspector. */
  readonly openId: string | null
  readonly onOpen: (agent: AgentView) => void
  /** What scrolls; the table stands somewhere in it. */
  readonly scroller: RefObject<HTMLDivElement | null>
}

const ROW_PX = 40
const HEAD_PX = 30

export function AgentTable(props: AgentTableProps) {
  const { rows, scroller } = props
  const table = useRef<HTMLTableElement>(null)
  const { stopId, focusId, onFocus, onKeyDown } = useRowKeys(props, table)
  const { items, total } = useVirtualRows({
    scroller,
    count: rows.length,
    height: (index) => (rows[index]?.kind === 'head' ? HEAD_PX : ROW_PX),
    keyOf: (index) => rows[index]?.key ?? index,
    above: useTopOf(table, scroller),
    overscan: 12,
    focusIndex: rows.findIndex(({ key }) => key === focusId),
    focusId,
  })
  return (
    <table
      ref={table}
      className="table agent-table"
      role="grid"
      aria-label="Agents"
      aria-rowcount={rows.length + 1}
      onKeyDown={onKeyDown}
    >
      <thead>
        <tr aria-rowindex={1}>
          {COLUMNS.map(([className, word]) => (
            <th key={className} scope="col" className={className}>
              {word === '' ? <span className="visually-hidden">Actions</span> : word}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        <Gap px={items[0]?.top ?? 0} />
        {items.map(({ index, key }) => {
          const row = rows[index]
          if (!row) return null
          return row.kind === 'head' ? (
            <tr key={key} className="group-row" aria-rowindex={index + 2}>
              {/* No span: it would keep room for columns that a narrow window leaves out. */}
              <th scope="rowgroup">
                {row.label} <span>{row.count}</span>
              </th>
              {COLUMNS.slice(1).map(([className]) => (
                <td key={className} className={className} />
              ))}
            </tr>
          ) : (
            <BodyRow
              key={key}
              table={props}
              agent={row.agent}
              index={index}
              isStop={stopId === row.agent.id}
              onFocus={onFocus}
            />
          )
        })}
        <Gap px={total - (items.at(-1)?.end ?? 0)} />
      </tbody>
    </table>
  )
}

interface BodyRowProps {
  readonly table: AgentTableProps
  readonly agent: AgentView
  readonly index: number
  /** The one row that Tab reaches. */
  readonly isStop: boolean
  readonly onFocus: (id: string) => void
}

function BodyRow({ table, agent, index, isStop, onFocus }: BodyRowProps) {
  const card = useYard((view) => view.tasks.get(agent.task) ?? null)
  const { nowMs, onOpen } = table
  return (
    <tr
      data-agent={agent.id}
      data-ended={agent.status === 'ended' || undefined}
      tabIndex={isStop ? 0 : -1}
      aria-rowindex={index + 2}
      aria-selected={table.openId === agent.id}
      onFocus={() => onFocus(agent.id)}
      onClick={(event) => {
        if (!(event.target as Element).closest('button')) onOpen(agent)
      }}
    >
      <AgentCells
        agent={agent}
        card={card}
        rates={table.rates[agent.id] ?? NO_RATES}
        nowMs={nowMs}
        onOpen={onOpen}
      />
    </tr>
  )
}

const NO_RATES: readonly number[] = []

export const AgentCells = memo(function AgentCells(props: AgentCellProps): ReactNode {
  return COLUMNS.map(([className, , cell]) => (
    <td key={className} className={className}>
      {cell(props)}
    </td>
  ))
})

/** Stands for the rows out of sight. */
function Gap({ px }: { readonly px: number }) {
  if (px <= 0) return null
  return (
    <tr aria-hidden="true" className="gap-row">
      <td style={{ height: px }} />
    </tr>
  )
}

/** px from the top of what scrolls to the table's first row; it changes with what stands above. */
function useTopOf(
  table: RefObject<HTMLTableElement | null>,
  scroller: RefObject<HTMLDivElement | null>,
): number {
  const [top, setTop] = useState(0)
  useLayoutEffect(() => {
    const outer = scroller.current
    if (outer === null) return undefined
    const measure = (): void => {
      const { offsetTop = 0, tBodies } = table.current ?? {}
      setTop(offsetTop + (tBodies?.[0]?.offsetTop ?? 0))
    }
    const observer = new ResizeObserver(measure)
    for (const child of outer.children) observer.observe(child)
    measure()
    return () => observer.disconnect()
  }, [table, scroller])
  return top
}

function useRowKeys({ rows, onOpen }: AgentTableProps, table: RefObject<HTMLTableElement | null>) {
  const [focusId, setFocusId] = useState<string | null>(null)
  const agents = rows.flatMap((row) => (row.kind === 'agent' ? [row.agent] : []))
  const place = Math.max(
    0,
    agents.findIndex(({ id }) => id === focusId),
  )
  const current = agents[place]
  const onKeyDown = (event: KeyboardEvent): void => {
    if (!(event.target instanceof HTMLTableRowElement)) return
    if (event.metaKey || event.ctrlKey || event.altKey) return
    const to = agents[stepOf(event.key, place, agents.length) ?? -1]
    if (event.key === 'Enter' && current) onOpen(current)
    else if (to === undefined) return
    else {
      setFocusId(to.id)
      focusAfterDraw(() => table.current?.querySelector<HTMLElement>(`[data-agent="${to.id}"]`))
    }
    event.preventDefault()
  }
  return { stopId: current?.id ?? null, focusId, onFocus: setFocusId, onKeyDown }
}

// Which agents are listed, in which groups and order.

export type Shown = 'live' | 'ended' | 'all'

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
  const fits = (agent: AgentView): boolean =>
    hasText(words, [
      ...[agent.id, agent.task, tasks.get(agent.task)?.title, agent.executor, agent.model],
      ...[lookOf(agent, nowMs).word, agent.doing, agent.failure?.reason],
    ])
  const alive = shown === 'ended' ? [] : live.filter(fits)
  const past = ended.filter(fits).toSorted((a, b) => endOf(b) - endOf(a))
  const isLate = (agent: AgentView): boolean => nowMs - endOf(agent) < HOUR_MS
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
