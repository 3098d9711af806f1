/** Evaluations: how good results are, by whom, at what price; and how far those who judge them agree with people. */
import { useState } from 'react'
import type {
  EvaluationFigures,
  EvaluationGroup,
  EvaluationRow,
} from '../../../contract/judging.ts'
import { evaluate } from '../../actions/task/evaluate.ts'
import { subjectOf } from '../../actions/action.ts'
import { usePerform } from '../../actions/perform.ts'
import { ActionButton } from '../../actions/views/task-buttons.tsx'
import { DimensionRows, Radar } from '../../components/radar.tsx'
import { ProblemNote } from '../../components/problem-note.tsx'
import { setFilter, useRoute, useRouteChoice } from '../../model/route.ts'
import { useSession, useThrottledYard, useYard } from '../../model/session/session-context.tsx'
import type { YardView } from '../../model/session/yard-view.ts'
import { groupName } from '../../model/scores.ts'
import { useAnswer } from '../../model/use-answer.ts'
import { Button } from '../../ui/button.tsx'
import { Segmented } from '../../ui/fields.tsx'
import { Select } from '../../ui/popups.tsx'
import { countText, plural } from '../../ui/format.ts'
import { EmptyNote, Screen } from '../../ui/screen.tsx'
import { EvaluationTable } from './evaluation-table.tsx'
import { GroupTable } from './group-table.tsx'
import { Judges } from './judges.tsx'
import { CostPlot, ScorePlot } from './score-plots.tsx'
import './evaluations.css'

const GROUPS = [
  ['model', 'By model'],
  ['executor', 'By executor'],
  ['identity', 'By identity'],
  ['kind', 'By kind'],
] as const satisfies readonly (readonly [EvaluationGroup, string])[]

const SPANS = [
  ['7d', '7 days'],
  ['30d', '30 days'],
  ['all', 'All time'],
] as const
type Span = (typeof SPANS)[number][0]
const DAY_MS = 86_400_000
const REACH: Readonly<Record<Span, number | null>> = { '7d': 7, '30d': 30, all: null }

const ASK_EVERY_MS = 30_000
const CALM = { everyMs: 500 }
const PAGE_ROWS = 100
const MOST_ROWS = 2000

export function EvaluationsScreen() {
  const [by, setBy] = useRouteChoice('by', GROUPS, 'model')
  const [span, setSpan] = useRouteChoice('span', SPANS, '30d')
  const { tag = '', group = '' } = useRoute().filters
  const stand = useThrottledYard(standOf, CALM)
  const figures = useFigures({ by, span, tag, stand })
  const tags = new Set([...(figures.value?.tags ?? []), ...(tag === '' ? [] : [tag])])
  return (
    <Screen
      title="Evaluations"
      filters={
        <Segmented
          label="Evaluations by"
          value={by}
          options={GROUPS}
          onChange={(next) => {
            setFilter('group', '')
            setBy(next)
          }}
        />
      }
      tools={
        <>
          <Select label="Time" value={span} options={SPANS} onChange={setSpan} />
          <Select
            label="Tag"
            value={tag}
            options={[['', 'All tags'], ...[...tags].map((each) => [each, each] as const)]}
            onChange={(next) => setFilter('tag', next)}
          />
          <EvaluateAgain />
        </>
      }
    >
      <div className="screen-body evaluations" tabIndex={-1}>
        <ProblemNote problem={figures.problem} onClose={figures.askAgain} />
        {figures.value && <Figures {...figures.value} group={group} by={by} />}
        <Rows wanted={{ by, span, tag, stand }} group={group} />
        <Judges stand={stand} />
      </div>
    </Screen>
  )
}

interface Wanted {
  readonly by: EvaluationGroup
  readonly span: Span
  /** Empty = all. */
  readonly tag: string
  /** Asked anew with another one. */
  readonly stand: string
}

function useFigures({ by, span, tag, stand }: Wanted) {
  return useAnswer(
    ({ evaluation }) => evaluation.figures({ by, ...filterOf(span, tag, Date.now()) }),
    { key: `${by} ${span} ${tag} ${stand}`, everyMs: ASK_EVERY_MS },
  )
}

interface RowsProps {
  readonly wanted: Wanted
  /** Of which group alone; empty = all. */
  readonly group: string
}

function Rows({ wanted: { by, span, tag, stand }, group }: RowsProps) {
  const [limit, setLimit] = useState(PAGE_ROWS)
  const { value, problem, askAgain } = useAnswer(
    async ({ evaluation }) => {
      const own = group === '' ? {} : { [by]: group }
      const list = await evaluation.list({ ...filterOf(span, tag, Date.now()), ...own, limit })
      return list.filter((row): row is EvaluationRow => 'status' in row)
    },
    { key: `${by} ${span} ${tag} ${stand} ${group} ${limit}`, everyMs: ASK_EVERY_MS },
  )
  const hasMore = value?.length === limit && limit < MOST_ROWS
  return (
    <>
      <ProblemNote problem={problem} onClose={askAgain} />
      {value && value.length > 0 && <EvaluationTable rows={value} />}
      {hasMore && <Button onClick={() => setLimit(limit + PAGE_ROWS)}>Show older</Button>}
      {value?.length === 0 && <NothingJudged isFiltered={tag !== '' || group !== ''} />}
    </>
  )
}

const filterOf = (span: Span, tag: string, now: number) => {
  const days = REACH[span]
  return {
    ...(tag === '' ? {} : { tag }),
    ...(days === null ? {} : { since: new Date(now - days * DAY_MS).toISOString() }),
  }
}

interface FiguresProps {
  readonly all: EvaluationFigures
  readonly groups: readonly EvaluationFigures[]
  /** Empty, or not among them: everything is shown. */
  readonly group: string
  readonly by: EvaluationGroup
}

function Figures({ all, groups, group, by }: FiguresProps) {
  const chosen = groups.find(({ key }) => key === group) ?? null
  if (all.n === 0) return null
  const shown = chosen ?? all
  const name = chosen === null ? 'all' : (groupName(chosen) ?? `no ${by}`)
  const below = shown.gated - shown.passed
  return (
    <div className="evaluation-grid">
      <section className="card evaluation-card" aria-label="Scores">
        <header>
          <h2>Scores</h2>
          <span>{plural(shown.n, 'evaluation')}</span>
          {shown.gated > 0 && (
            <span className="end">
              {countText(shown.passed)} passed
              {below > 0 && (
                <span className="evaluation-below">, {countText(below)} below the gate</span>
              )}
            </span>
          )}
        </header>
        <ScorePlot figures={shown} />
      </section>
      <section className="card evaluation-card" aria-label="Score against cost">
        <header>
          <h2>Score against cost</h2>
          <span className="end">mean, per try</span>
        </header>
        <CostPlot groups={groups} chosen={chosen} by={by} />
      </section>
      <section className="card evaluation-card evaluation-dimensions" aria-label="Eight dimensions">
        <header>
          <h2>Eight dimensions</h2>
          <span className="end evaluation-legend">
            <i data-of="own" /> {name}
            {chosen !== null && (
              <>
                <i data-of="all" /> all
              </>
            )}
          </span>
        </header>
        <Radar label={name} own={shown.dimensions} all={chosen && all.dimensions} />
        <DimensionRows own={shown.dimensions} all={chosen && all.dimensions} />
      </section>
      <section className="card evaluation-groups" aria-label={`Evaluations by ${by}`}>
        <GroupTable groups={groups} chosen={chosen} by={by} />
      </section>
    </div>
  )
}

function NothingJudged({ isFiltered }: { readonly isFiltered: boolean }) {
  return isFiltered ? (
    <EmptyNote text="No evaluation fits.">
      <Button
        onClick={() => {
          setFilter('tag', '')
          setFilter('group', '')
        }}
      >
        Show all
      </Button>
    </EmptyNote>
  ) : (
    <EmptyNote text="Nothing was judged in this time. A task is judged when it has a gate: its own, one of a tag, or that of the yard." />
  )
}

/** Of the task in the inspector. */
function EvaluateAgain() {
  const session = useSession()
  const { task } = useRoute()
  const card = useYard((view) => (task === null ? undefined : view.tasks.get(task)))
  const performing = usePerform()
  if (!card) return null
  return (
    <ActionButton
      action={evaluate}
      subject={subjectOf(session, card)}
      performing={performing}
      of={card.title}
    />
  )
}

/** Another text whenever a score came, changed or is under way. */
export function standOf({ tasks, fetches }: Pick<YardView, 'tasks' | 'fetches'>): string {
  let [scored, sum, pending] = [0, 0, 0]
  for (const { score, status } of tasks.values()) {
    if (score != null) [scored, sum] = [scored + 1, sum + score]
    if (status === 'pending-eval') pending += 1
  }
  return `${fetches} ${scored} ${sum} ${pending}`
}
