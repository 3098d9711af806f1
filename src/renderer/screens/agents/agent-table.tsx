/** All agents as a table: only the rows in sight are in the page. Arrow keys walk it, ↵ shows the output. */
import {
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
  type KeyboardEvent,
  type RefObject,
} from 'react'
import type { AgentView } from '../../../contract/view.ts'
import { useYard } from '../../model/session/session-context.tsx'
import { useVirtualRows } from '../../ui/virtual-rows.ts'
import { neighbourOf, type Row } from './agent-rows.ts'
import { AgentCells } from './agent-row.tsx'

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
  const top = useTopOf(table, scroller)
  const { items, total, scrollToIndex } = useVirtualRows({
    scroller,
    count: rows.length,
    height: (index) => (rows[index]?.kind === 'head' ? HEAD_PX : ROW_PX),
    keyOf: (index) => rows[index]?.key ?? index,
    above: top,
    overscan: 12,
  })
  const { focusId, onFocus, onKeyDown } = useRowKeys(props, table, scrollToIndex)
  return (
    <table
      ref={table}
      className="table agent-table"
      role="grid"
      aria-label="Agents"
      aria-rowcount={rows.length + 1}
      onKeyDown={onKeyDown}
    >
      <Head />
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
              isFirst={focusId === row.agent.id}
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
  readonly isFirst: boolean
  readonly onFocus: (id: string) => void
}

function BodyRow({ table, agent, index, isFirst, onFocus }: BodyRowProps) {
  const card = useYard((view) => view.tasks.get(agent.task) ?? null)
  const { onOpen } = table
  return (
    <tr
      data-agent={agent.id}
      data-ended={agent.status === 'ended' || undefined}
      tabIndex={isFirst ? 0 : -1}
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
        nowMs={table.nowMs}
        onOpen={onOpen}
      />
    </tr>
  )
}

const NO_RATES: readonly number[] = []

const COLUMNS = [
  ['c-state', 'State'],
  ['c-agent', 'Agent'],
  ['c-task', 'Task'],
  ['c-executor', 'Executor'],
  ['c-doing', 'Doing now'],
  ['c-rate', 'Output, 15 min'],
  ['num c-cpu', 'CPU'],
  ['num c-memory', 'Memory'],
  ['num c-tokens', 'Tokens'],
  ['num c-cost', 'Cost'],
  ['num c-elapsed', 'Elapsed'],
  ['num c-heard', 'Heard'],
  ['c-act', ''],
] as const

function Head() {
  return (
    <thead>
      <tr aria-rowindex={1}>
        {COLUMNS.map(([className, word]) => (
          <th key={className} scope="col" className={className}>
            {word === '' ? <span className="visually-hidden">Act</span> : word}
          </th>
        ))}
      </tr>
    </thead>
  )
}

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
    const measure = (): void =>
      setTop((table.current?.tBodies[0]?.offsetTop ?? 0) + offsetOf(table))
    const observer = new ResizeObserver(measure)
    for (const child of outer.children) observer.observe(child)
    measure()
    return () => observer.disconnect()
  }, [table, scroller])
  return top
}

const offsetOf = (table: RefObject<HTMLTableElement | null>): number =>
  table.current?.offsetTop ?? 0

const STEPS: Readonly<Record<string, number>> = {
  ArrowDown: 1,
  ArrowUp: -1,
  PageDown: 10,
  PageUp: -10,
  Home: -Infinity,
  End: Infinity,
}

function useRowKeys(
  { rows, onOpen }: AgentTableProps,
  table: RefObject<HTMLTableElement | null>,
  show: (index: number) => void,
) {
  const [chosen, setChosen] = useState<string | null>(null)
  const wanted = useRef<string | null>(null)
  const agents = rows.flatMap((row) => (row.kind === 'agent' ? [row.agent] : []))
  const focusId = agents.some(({ id }) => id === chosen) ? chosen : (agents[0]?.id ?? null)
  // After each drawing: a row that was far away is in the page only now.
  useEffect(() => {
    const row =
      wanted.current === null
        ? null
        : table.current?.querySelector<HTMLElement>(`[data-agent="${wanted.current}"]`)
    if (!row) return
    wanted.current = null
    row.focus({ preventScroll: true })
  })
  const onKeyDown = (event: KeyboardEvent): void => {
    if (!(event.target instanceof HTMLTableRowElement)) return
    const agent = agents.find(({ id }) => id === focusId)
    if (event.key === 'Enter' && agent) {
      event.preventDefault()
      onOpen(agent)
    }
    const step = STEPS[event.key]
    if (step === undefined || event.metaKey || event.ctrlKey || event.altKey) return
    event.preventDefault()
    const next = neighbourOf(rows, focusId, step)
    if (next === null) return
    wanted.current = next.id
    setChosen(next.id)
    show(next.index)
  }
  return { focusId, onFocus: setChosen, onKeyDown }
}
