/** Schedule: what will start by itself, when, and what to do about it. */
import type { AgendaItem } from '../../../contract/page.ts'
import type { JobView } from '../../../contract/job.ts'
import type { TaskCard } from '../../../contract/view.ts'
import { useSession, useThrottledYard, useYard } from '../../model/session/session-context.tsx'
import type { YardView } from '../../model/session/yard-view.ts'
import { Button } from '../../ui/button.tsx'
import { EmptyNote, Screen } from '../../ui/screen.tsx'
import { ForecastFacts } from '../../components/forecast-facts.tsx'
import { ProblemNote } from '../../components/problem-note.tsx'
import { Segmented } from '../../ui/fields.tsx'
import { useAnswer } from '../../model/use-answer.ts'
import { useForecast } from '../../model/use-forecast.ts'
import { useNow } from '../../ui/timers.ts'
import { plural } from '../../ui/format.ts'
import { openQuickAdd } from '../../actions/quick-add.ts'
import { navigate, useRouteChoice } from '../../model/route.ts'
import { JobTable, useJobs } from './jobs.tsx'
import { missedText, SPAN_MS, SPANS, type Span } from './agenda.ts'
import { ScheduleTable, WaitsTable, type ScheduleRow } from './schedule-table.tsx'
import { Timeline } from './timeline.tsx'
import './schedule.css'

const ASK_EVERY_MS = 60_000
const CALM = { everyMs: 500 }

export function ScheduleScreen() {
  const [span, setSpan] = useRouteChoice('span', SPANS, '24h')
  const stand = useThrottledYard(standOf, CALM)
  const rows = useAnswer(({ task }) => task.scheduleList(), { key: stand, everyMs: ASK_EVERY_MS })
  const agenda = useAnswer(
    ({ page }) => page.agenda({ until: new Date(Date.now() + SPAN_MS[span]).toISOString() }),
    { key: `${span} ${stand}`, everyMs: ASK_EVERY_MS },
  )
  const jobs = useJobs()
  return (
    <Screen
      title="Schedule"
      note={rows.value && noteOf(rows.value.length, jobs.value?.length ?? 0)}
      tools={<Segmented label="Span" value={span} options={SPANS} onChange={setSpan} />}
    >
      <div className="screen-body schedule-body">
        <ProblemNote problem={rows.problem ?? agenda.problem} onClose={rows.askAgain} />
        <ProblemNote problem={jobs.problem} onClose={jobs.askAgain} />
        <ForecastCard />
        {rows.value && agenda.value && jobs.value && (
          <Plan rows={rows.value} items={agenda.value} jobs={jobs.value} span={span} />
        )}
      </div>
    </Screen>
  )
}

const noteOf = (tasks: number, jobs: number): string =>
  `${plural(tasks, 'repeating task')}${jobs > 0 ? `, ${plural(jobs, 'job')}` : ''}`

/** Of all that is left, whether or not the clock starts it. */
function ForecastCard() {
  const forecast = useForecast()
  const { yard } = useSession()
  const isPaused = useYard((view) => view.summary?.paused ?? false)
  if (forecast === null || forecast.left + forecast.waitsForPeople === 0) return null
  return (
    <section className="card forecast-card" aria-label="Forecast">
      <h2>Forecast</h2>
      <ForecastFacts
        forecast={forecast}
        isPaused={isPaused}
        titleOf={(id) => yard.getState().tasks.get(id)?.title ?? id}
        onTask={(task) => navigate({ task, tab: 'overview' })}
      />
    </section>
  )
}

interface PlanProps {
  readonly rows: readonly ScheduleRow[]
  readonly items: readonly AgendaItem[]
  readonly jobs: readonly JobView[]
  readonly span: Span
}

function Plan({ rows, items, jobs, span }: PlanProps) {
  const now = useNow(10_000)
  const policy = useMissedPolicy()
  const waits = items.filter(({ kind }) => kind !== 'schedule')
  if (rows.length + items.length + jobs.length === 0) return <NothingScheduled />
  return (
    <>
      {rows.length + items.length > 0 && <Timeline items={items} span={span} nowMs={now} />}
      {rows.length > 0 && (
        <section aria-label="Repeating">
          <header>
            <h2>Repeating</h2>
            <span>{missedText(policy)}</span>
          </header>
          <ScheduleTable rows={rows} nowMs={now} policy={policy} />
        </section>
      )}
      {jobs.length > 0 && (
        <section aria-label="Jobs">
          <header>
            <h2>Jobs</h2>
            <span>Each sends its message to a member by the clock</span>
          </header>
          <JobTable jobs={jobs} nowMs={now} />
        </section>
      )}
      {waits.length > 0 && (
        <section aria-label="Also to come">
          <header>
            <h2>Also to come</h2>
          </header>
          <WaitsTable items={waits} nowMs={now} />
        </section>
      )}
    </>
  )
}

/** What becomes of missed times; null while it is not known. */
function useMissedPolicy(): unknown {
  const config = useAnswer(({ service }) => service.config())
  return config.value?.find(({ key }) => key === 'schedule.missed')?.value ?? null
}

type Stand = Pick<YardView, 'tasks' | 'summary' | 'fetches'>

/**
 * Another text whenever there was news of something that has a time. What a card says is not enough: a run may begin and end, or
 * its clock be set otherwise, and the card say the same as before.
 */
export function standOf({ tasks, summary, fetches }: Stand): string {
  const cards = [String(fetches)]
  for (const card of tasks.values())
    if (card.repeats || card.notBefore !== null || card.state === 'parked')
      cards.push(String(stampOf(card)))
  const breakers = (summary?.breakers ?? []).map(({ key, until }) => `${key}${until ?? ''}`)
  return [...cards, ...breakers].join(' ')
}

const stamps = new WeakMap<TaskCard, number>()
let lastStamp = 0

/** A number for as long as there is no news of the task. */
function stampOf(card: TaskCard): number {
  const known = stamps.get(card)
  if (known !== undefined) return known
  stamps.set(card, ++lastStamp)
  return lastStamp
}

function NothingScheduled() {
  return (
    <EmptyNote text="Nothing starts by the clock. Give a task a time of day such as 09:00, a cron line such as 30 7 * * 1-5, or an earliest start.">
      <Button look="main" icon="plus" onClick={() => openQuickAdd()}>
        Add a task
      </Button>
    </EmptyNote>
  )
}
