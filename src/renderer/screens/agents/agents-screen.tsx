/** Agents: slots, this machine, and everyone who works or has worked here. */
import { useRef, useState } from 'react'
import { Ellipsis, SlidersHorizontal } from 'lucide-react'
import type { AgentView } from '../../../contract/view.ts'
import { useSession, useTurnover, useYard } from '../../model/session/session-context.tsx'
import { Button } from '../../ui/button.tsx'
import { EmptyNote, Screen } from '../../ui/screen.tsx'
import { Menu } from '../../ui/popups.tsx'
import { ProblemNote } from '../../components/problem-note.tsx'
import { Segmented } from '../../ui/fields.tsx'
import { useNow } from '../../ui/timers.ts'
import { countText, plural } from '../../ui/format.ts'
import { runCommand, useCommands } from '../../actions/commands.ts'
import { useQuery } from '../../model/filter.ts'
import { navigate, useRequest, useRoute, useRouteChoice } from '../../model/route.ts'
import { isPerson } from '../../model/agent-state.ts'
import { purgeEnded } from '../../actions/task/agents.ts'
import { useAnswer } from '../../model/use-answer.ts'
import { FilterField, NoneMatch } from '../filter-field.tsx'
import { AgentTable, rowsOf, type Shown } from './agent-table.tsx'
import { CapsPopover } from './caps-popover.tsx'
import { CostsView } from './costs.tsx'
import { MachineCard } from './machine-card.tsx'
import { SlotsCard } from './slots-card.tsx'
import { SLOTS_MS } from './slots.ts'
import { Trends } from './trends.tsx'
import './agents.css'

const PAGE = 100

export function AgentsScreen() {
  const live = useYard((view) => view.agents.size)
  const now = useNow(5000)
  const [limit, setLimit] = useState(PAGE)
  const facts = useAgentFacts(limit)
  const hasMore = facts.ended.length >= limit
  const choices = [
    ['live', <Count key="live" word="Live" text={countText(live)} />],
    ['ended', <Count key="ended" word="Ended" text={endedText(facts.ended.length, hasMore)} />],
    ['all', 'All'],
    ['trends', 'Trends'],
    ['costs', 'Costs'],
  ] as const
  const [shown, setShown] = useRouteChoice('show', choices, 'live')
  const isList = shown !== 'trends' && shown !== 'costs'
  return (
    <Screen
      title="Agents"
      filters={
        <Segmented label="Which agents" value={shown} options={choices} onChange={setShown} />
      }
      tools={
        <>
          {isList && (
            <FilterField
              label="Filter agents"
              hint="Words of an agent: its task, executor, model, state"
            />
          )}
          <Tools executors={facts.executors} />
        </>
      }
    >
      {shown === 'trends' && <Trends />}
      {shown === 'costs' && <CostsView />}
      {isList && (
        <Body
          shown={shown}
          facts={facts}
          nowMs={now}
          hasMore={hasMore}
          onMore={() => setLimit((before) => before + PAGE)}
        />
      )}
    </Screen>
  )
}

const endedText = (known: number, hasMore: boolean): string =>
  known === 0 ? '' : `${countText(known)}${hasMore ? '+' : ''}`

const Count = ({ word, text }: { readonly word: string; readonly text: string }) => (
  <>
    {word} <span className="text-text-3">{text}</span>
  </>
)

function Tools({ executors }: Pick<AgentFacts, 'executors'>) {
  const session = useSession()
  const caps = useRef<HTMLButtonElement>(null)
  const hasLiving = useYard((view) => [...view.agents.values()].some((each) => !isPerson(each)))
  const openCaps = (): void => caps.current?.click()
  useCommands({ 'coordinator.caps': openCaps })
  useRequest('caps', openCaps)
  return (
    <>
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

interface BodyProps {
  readonly shown: Shown
  readonly facts: AgentFacts
  readonly nowMs: number
  readonly hasMore: boolean
  readonly onMore: () => void
}

function Body({ shown, facts, nowMs, hasMore, onMore }: BodyProps) {
  const scroller = useRef<HTMLDivElement>(null)
  const agents = useYard((view) => view.agents)
  const tasks = useYard((view) => view.tasks)
  const { task, agent: openAgent } = useRoute()
  const words = useQuery()
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
        <Nobody words={words} shown={shown} count={agents.size + facts.ended.length} />
      )}
      {shown !== 'live' && hasMore && (
        <div className="flex flex-col items-center p-4">
          <Button onClick={onMore}>Show {PAGE} more</Button>
        </div>
      )}
    </div>
  )
}

const openOutput = ({ id, task }: AgentView): void => navigate({ task, tab: 'output', agent: id })

interface NobodyProps {
  readonly words: string
  readonly shown: Shown
  readonly count: number
}

function Nobody({ words, shown, count }: NobodyProps) {
  if (words !== '') return <NoneMatch all={plural(count, 'agent')} />
  if (shown === 'live')
    return <EmptyNote text="No agent is at work. One starts as soon as a task is ready." />
  return <EmptyNote text="No agent has ended yet." />
}

// What the Agents screen asks the host beside the living agents: ended ones, tries, output rates, executors.

type AgentFacts = ReturnType<typeof useAgentFacts>

/** `limit`: of ended agents, newest first. */
function useAgentFacts(limit: number) {
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
    /** Profiles that are people. */
    people: new Set(
      (executors.value ?? []).filter(({ type }) => type === 'manual').map(({ name }) => name),
    ),
    problem: ended.problem ?? history.problem,
  }
}
