/** Agents: slots, this machine, and everyone who works or has worked here. */
import { useEffect, useRef, useState } from 'react'
import { Ellipsis, SlidersHorizontal } from 'lucide-react'
import type { AgentView } from '../../../contract/view.ts'
import { useSession, useTurnover, useYard } from '../../model/session/session-context.tsx'
import { Button } from '../../ui/button.tsx'
import { EmptyNote, Screen } from '../../ui/screen.tsx'
import { Menu } from '../../ui/menu.tsx'
import { ProblemNote } from '../../components/problem-note.tsx'
import { Segmented } from '../../ui/fields.tsx'
import { useNow } from '../../ui/timers.ts'
import { countText } from '../../ui/format.ts'
import { runCommand, useCommands } from '../../actions/commands.ts'
import { KeyHint } from '../../actions/key-hint.tsx'
import { currentRoute, navigate, useRoute } from '../../model/route.ts'
import { AgentTable } from './agent-table.tsx'
import { rowsOf, SHOWN, type Shown } from './agent-rows.ts'
import { isPerson } from '../../model/agent-state.ts'
import { CapsPopover } from './caps-popover.tsx'
import { CostsView } from './costs.tsx'
import { type Executors, MachineCard } from './machine-card.tsx'
import { SlotsCard } from './slots-card.tsx'
import { Trends } from './trends.tsx'
import { purgeEnded } from '../../actions/task/agents.ts'
import './agents.css'
import type { History } from '../../../contract/page.ts'
import type { Problem } from '../../model/session/problem.ts'
import { useAnswer } from '../../model/use-answer.ts'
import { SLOTS_MS } from './slots.ts'

export function AgentsScreen() {
  const shown = useShown()
  const { filters } = useRoute()
  const now = useNow(5000)
  const [limit, setLimit] = useState(PAGE)
  const facts = useAgentFacts(limit)
  useCommands({ find: () => document.getElementById(FILTER)?.focus() })
  return (
    <Screen
      title="Agents"
      filters={<ShownChoice shown={shown} endedText={endedCount(facts.ended.length, limit)} />}
      tools={<Tools executors={facts.executors} words={filters['q'] ?? ''} shown={shown} />}
    >
      {shown === 'trends' ? (
        <Trends />
      ) : shown === 'costs' ? (
        <CostsView />
      ) : (
        <Body
          shown={shown}
          facts={facts}
          nowMs={now}
          hasMore={facts.ended.length >= limit}
          onMore={() => setLimit((before) => before + PAGE)}
        />
      )}
    </Screen>
  )
}

const PAGE = 100
const FILTER = 'agents-filter'

const useShown = (): Shown => {
  const { filters } = useRoute()
  return SHOWN.find((each) => each === filters['show']) ?? 'live'
}

const setFilter = (name: string, value: string): void =>
  navigate({ filters: { ...currentRoute().filters, [name]: value } }, { replace: true })

const endedCount = (known: number, limit: number): string =>
  known === 0 ? '' : known >= limit ? `${countText(limit)}+` : countText(known)

interface ShownChoiceProps {
  readonly shown: Shown
  readonly endedText: string
}

function ShownChoice({ shown, endedText }: ShownChoiceProps) {
  const live = useYard((view) => view.agents.size)
  return (
    <Segmented
      label="Which agents"
      value={shown}
      options={[
        ['live', <Count key="live" word="Live" text={countText(live)} />],
        ['ended', <Count key="ended" word="Ended" text={endedText} />],
        ['all', 'All'],
        ['trends', 'Trends'],
        ['costs', 'Costs'],
      ]}
      onChange={(next) => setFilter('show', next === 'live' ? '' : next)}
    />
  )
}

const Count = ({ word, text }: { readonly word: string; readonly text: string }) => (
  <>
    {word} <span className="text-text-3">{text}</span>
  </>
)

interface ToolsProps {
  readonly executors: Executors | null
  readonly words: string
  readonly shown: Shown
}

function Tools({ executors, words, shown }: ToolsProps) {
  const session = useSession()
  const caps = useRef<HTMLButtonElement>(null)
  const hasLiving = useYard((view) => [...view.agents.values()].some((each) => !isPerson(each)))
  useCommands({ 'coordinator.caps': () => caps.current?.click() })
  const isAskedFor = useRoute().filters['caps'] !== undefined
  useEffect(() => {
    if (!isAskedFor) return
    setFilter('caps', '')
    caps.current?.click()
  }, [isAskedFor])
  return (
    <>
      {shown !== 'trends' && shown !== 'costs' && <FilterField words={words} />}
      <CapsPopover
        executors={executors}
        trigger={
          <button type="button" className="btn" ref={caps}>
            <SlidersHorizontal size={14} strokeWidth={1.5} aria-hidden="true" />
            Caps
          </button>
        }
      />
      <Button
        look="danger"
        icon="kill"
        className="if-wide"
        disabled={!hasLiving}
        onClick={() => runCommand('agents.kill-all')}
      >
        Kill all
      </Button>
      <Menu
        align="end"
        trigger={
          <button type="button" className="btn" data-look="quiet" aria-label="More">
            <Ellipsis size={14} strokeWidth={1.5} aria-hidden="true" />
          </button>
        }
        entries={[
          { label: 'Check dead agents', onSelect: () => void runCommand('agents.check') },
          {
            label: 'Kill all agents…',
            look: 'danger',
            blocked: hasLiving ? null : 'No agent is alive',
            onSelect: () => void runCommand('agents.kill-all'),
          },
          { kind: 'line' },
          {
            label: 'Forget ended agents…',
            look: 'danger',
            onSelect: () => void purgeEnded(session),
          },
        ]}
      />
    </>
  )
}

function FilterField({ words }: { readonly words: string }) {
  return (
    <span className="agents-filter">
      <input
        id={FILTER}
        className="input"
        type="search"
        aria-label="Filter agents"
        placeholder="Filter agents"
        value={words}
        onChange={(event) => setFilter('q', event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return
          setFilter('q', '')
          event.currentTarget.blur()
        }}
      />
      {words === '' && <KeyHint keys="/" />}
    </span>
  )
}

interface BodyProps {
  readonly shown: Shown
  readonly facts: ReturnType<typeof useAgentFacts>
  readonly nowMs: number
  readonly hasMore: boolean
  readonly onMore: () => void
}

function Body({ shown, facts, nowMs, hasMore, onMore }: BodyProps) {
  const scroller = useRef<HTMLDivElement>(null)
  const agents = useYard((view) => view.agents)
  const tasks = useYard((view) => view.tasks)
  const { filters, task, agent: openAgent } = useRoute()
  const words = filters['q'] ?? ''
  const rows = rowsOf({
    shown,
    live: [...agents.values()],
    ended: facts.ended,
    tasks,
    words,
    nowMs,
  })
  const openId = openAgent ?? (task === null ? null : (tasks.get(task)?.agent ?? null))
  return (
    <div className="screen-body agents-body" ref={scroller}>
      <div className="agents-top">
        <SlotsCard tries={facts.tries} people={facts.people} nowMs={nowMs} />
        <MachineCard executors={facts.executors} />
      </div>
      <ProblemNote problem={facts.problem} />
      {rows.length > 0 ? (
        <AgentTable
          rows={rows}
          rates={facts.rates}
          nowMs={nowMs}
          openId={openId}
          onOpen={openOutput}
          scroller={scroller}
        />
      ) : (
        <Nobody words={words} shown={shown} />
      )}
      {shown !== 'live' && hasMore && (
        <div className="agents-more">
          <Button onClick={onMore}>Show {PAGE} more</Button>
        </div>
      )}
    </div>
  )
}

const openOutput = ({ id, task }: AgentView): void => navigate({ task, tab: 'output', agent: id })

function Nobody({ words, shown }: { readonly words: string; readonly shown: Shown }) {
  if (words !== '')
    return (
      <EmptyNote text={`No agent matches “${words}”.`}>
        <Button onClick={() => setFilter('q', '')}>Clear the filter</Button>
      </EmptyNote>
    )
  if (shown === 'live')
    return <EmptyNote text="No agent is at work. One starts as soon as a task is ready." />
  return <EmptyNote text="No agent has ended yet." />
}

// What the Agents screen asks the host beside the living agents: ended ones, tries, output rates, executors.

export interface AgentFacts {
  /** Newest first, as many as were asked for. */
  readonly ended: readonly AgentView[]
  readonly tries: History['tries']
  readonly rates: Readonly<Record<string, readonly number[]>>
  readonly executors: Executors | null
  /** Profiles that are people. */
  readonly people: ReadonlySet<string>
  readonly problem: Problem | null
}

export function useAgentFacts(limit: number): AgentFacts {
  // Ended agents change only when a living one goes.
  const turnover = useTurnover()
  const ended = useAnswer(({ agent }) => agent.list({ which: 'dead', limit }), {
    key: `${limit} ${turnover}`,
    everyMs: 60_000,
  })
  const history = useAnswer(
    ({ page }) => page.history({ from: new Date(Date.now() - SLOTS_MS).toISOString(), buckets: 1 }),
    { key: turnover, everyMs: 60_000 },
  )
  const rates = useAnswer(({ page }) => page.rates(), { everyMs: 5000 })
  const executors = useAnswer(({ service }) => service.executors(), { key: turnover })
  return {
    ended: ended.value ?? [],
    tries: history.value?.tries ?? [],
    rates: rates.value?.agents ?? {},
    executors: executors.value,
    people: new Set(
      (executors.value ?? []).filter(({ type }) => type === 'manual').map(({ name }) => name),
    ),
    problem: ended.problem ?? history.problem,
  }
}
