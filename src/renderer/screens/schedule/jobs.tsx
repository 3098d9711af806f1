/** Jobs: messages that are sent to members by the clock. When each fires next, what came of it, and firing or holding it. */
import { useState } from 'react'
import type { JobRunView, JobView } from '../../../contract/job.ts'
import type { ShownState } from '../../../domain/graph/shown-state.ts'
import { runJob } from '../../actions/mail/mail-requests.ts'
import { ProblemNote } from '../../components/problem-note.tsx'
import { StatusBadge } from '../../components/status-badge.tsx'
import { navigate } from '../../model/route.ts'
import { type CommandRun, useCommand } from '../../model/session/session-context.tsx'
import { type Answer, useAnswer } from '../../model/use-answer.ts'
import { useTopic } from '../../model/use-mail.ts'
import { Button } from '../../ui/button.tsx'
import { type DataColumn, DataTable } from '../../ui/data-table.tsx'
import { instantText } from '../../ui/format.ts'
import { Dialog } from '../../ui/popups.tsx'
import { EmptyNote } from '../../ui/screen.tsx'
import { positionOf } from './agenda.ts'
import { SCHEDULE_ACTS, SpecText, When } from './schedule-table.tsx'

export function useJobs(): Answer<readonly JobView[]> {
  const stand = useTopic('jobs')
  return useAnswer(({ job }) => job.list(), { key: stand })
}

const MISSED: Readonly<Record<JobView['missed'], readonly [word: string, meaning: string]>> = {
  once: ['Once', 'Missed times are made up for once'],
  skip: ['Skipped', 'Missed times are left out'],
  all: ['Each', 'Each missed time is made up for'],
}

const OUTCOMES: Readonly<
  Record<NonNullable<JobRunView['outcome']>, readonly [ShownState, string]>
> = {
  done: ['done', 'Done'],
  failed: ['failed', 'Failed'],
  dead: ['failed', 'Dead letter'],
  skipped: ['abandoned', 'Skipped'],
}

export const runState = ({
  outcome,
}: Pick<JobRunView, 'outcome'>): readonly [ShownState, string] =>
  outcome === null ? ['in-progress', 'Under way'] : OUTCOMES[outcome]

interface JobTableProps {
  readonly jobs: readonly JobView[]
  readonly nowMs: number
}

export function JobTable({ jobs, nowMs }: JobTableProps) {
  const command = useCommand()
  const [shown, setShown] = useState<string | null>(null)
  const columns: readonly DataColumn<JobView>[] = [
    ['Job', ({ name }) => <b>{name}</b>, { sortBy: 'name', tip: ({ message }) => message }],
    ['Member', ({ member }) => <MemberLink name={member} />, { sortBy: 'member' }],
    ['Schedule', ({ schedule }) => <SpecText spec={schedule} />],
    [
      'Zone',
      ({ tz }) => (tz === null ? '' : positionOf(tz)),
      { className: 'schedule-zone text-text-2', tip: ({ tz }) => tz ?? undefined },
    ],
    [
      'If missed',
      ({ missed }) => MISSED[missed][0],
      { className: 'schedule-zone text-text-2', tip: ({ missed }) => MISSED[missed][1] },
    ],
    ['Next', (job) => <Next job={job} nowMs={nowMs} />, { sortBy: 'next' }],
    [
      'Last run',
      ({ last }) => last && <Run run={last} />,
      { tip: ({ last }) => last?.reason ?? undefined },
    ],
    [
      'Actions',
      (job) => <Acts job={job} command={command} onHistory={() => setShown(job.name)} />,
      SCHEDULE_ACTS,
    ],
  ]
  return (
    <>
      <ProblemNote problem={command.problem} onClose={command.dismiss} />
      <DataTable
        label="Jobs"
        className="schedule-table job-table"
        columns={columns}
        rows={jobs}
        keyOf={({ name }) => name}
      />
      <Dialog
        title={`Runs of ${shown ?? ''}`}
        size="wide"
        isOpen={shown !== null}
        onClose={() => setShown(null)}
      >
        {shown !== null && <History name={shown} onLeave={() => setShown(null)} />}
      </Dialog>
    </>
  )
}

function MemberLink({ name }: { readonly name: string }) {
  return (
    <button
      type="button"
      className="text-button"
      title={`Messages of ${name}`}
      onClick={() => navigate({ screen: 'messages', filters: { who: name } })}
    >
      {name}
    </button>
  )
}

function Next({ job: { next, paused }, nowMs }: { readonly job: JobView; readonly nowMs: number }) {
  if (paused) return <StatusBadge state="paused" />
  return next === null ? (
    <span className="text-text-3">Never again</span>
  ) : (
    <When at={next} nowMs={nowMs} />
  )
}

function Run({ run }: { readonly run: JobRunView }) {
  const [state, word] = runState(run)
  return (
    <>
      <StatusBadge state={state} word={word} />{' '}
      <time className="text-text-3" dateTime={run.at} title={run.at}>
        {instantText(run.at)}
      </time>
    </>
  )
}

interface ActsProps {
  readonly job: JobView
  readonly command: CommandRun
  readonly onHistory: () => void
}

function Acts({ job: { name, paused }, command: { run, isBusy }, onHistory }: ActsProps) {
  return (
    <>
      <Button
        icon="skip"
        isBusy={isBusy}
        title="Sends its message now; its times stay as they are"
        onClick={() => void run(runJob(name))}
      >
        Run now<span className="visually-hidden"> {name}</span>
      </Button>
      <Button
        icon={paused ? 'play' : 'pause'}
        isBusy={isBusy}
        title="Written to the yard’s config file"
        onClick={() => void run(({ job }) => (paused ? job.resume({ name }) : job.pause({ name })))}
      >
        {paused ? 'Resume' : 'Pause'}
        <span className="visually-hidden"> {name}</span>
      </Button>
      <Button onClick={onHistory}>
        History<span className="visually-hidden"> of {name}</span>
      </Button>
    </>
  )
}

/** The 100 newest. */
function History({ name, onLeave }: { readonly name: string; readonly onLeave: () => void }) {
  const stand = useTopic('jobs')
  const runs = useAnswer(({ job }) => job.history({ name }), { key: `${name} ${stand}` })
  const columns: readonly DataColumn<JobRunView>[] = [
    ['Fired', ({ at }) => <time dateTime={at}>{instantText(at)}</time>],
    ['Why', whyFired, { className: 'text-text-2' }],
    [
      'Outcome',
      (run) => {
        const [state, word] = runState(run)
        return <StatusBadge state={state} word={word} />
      },
    ],
    ['Reason', ({ reason }) => reason, { className: 'job-reason text-text-2' }],
    ['Agent', ({ agent }) => agent && <code>{agent}</code>],
    [
      'Actions',
      ({ message, at }) =>
        message && (
          <button
            type="button"
            className="text-button"
            onClick={() => {
              onLeave()
              navigate({ screen: 'messages', filters: { message } })
            }}
          >
            Message<span className="visually-hidden"> of {instantText(at)}</span>
          </button>
        ),
      { isHeadHidden: true },
    ],
  ]
  return (
    <>
      <ProblemNote problem={runs.problem} onClose={runs.askAgain} />
      {runs.value?.length === 0 && <EmptyNote text="It has not fired yet." />}
      {runs.value && runs.value.length > 0 && (
        <div className="job-history" role="region" aria-label="Runs" tabIndex={0}>
          <DataTable
            label={`Runs of ${name}`}
            columns={columns}
            rows={runs.value}
            keyOf={({ id }) => id}
          />
        </div>
      )}
      <div className="dialog-acts">
        <Button onClick={onLeave}>Close</Button>
      </div>
    </>
  )
}

function whyFired({ trigger, scheduledFor }: JobRunView): string {
  const meant = scheduledFor === null ? '' : instantText(scheduledFor)
  return { schedule: 'By the clock', missed: `Missed ${meant}`, hand: 'By hand' }[trigger]
}
