/** Who picks the executor and the model, as a track plan: the first stop that names one sends the track off. */
import { useCallback, useState } from 'react'
import type { RouteStop, TaskView } from '../../contract/view.ts'
import { useConnection, useSession } from '../session/session-context.tsx'
import { ProblemNote } from '../ui/problem-note.tsx'
import { Select } from '../ui/select.tsx'
import { useLoaded } from './use-loaded.ts'
import { useTaskEdit } from './use-task-edit.ts'
import { Section } from './section.tsx'

const STOP_WORDS: Readonly<Record<RouteStop['stop'], string>> = {
  task: 'Task',
  executor: 'Executor',
  coordinator: 'Coordinator',
  default: 'Default',
}
const WHO: Readonly<Record<RouteStop['stop'], string>> = {
  task: 'the task',
  executor: 'the executor',
  coordinator: 'the coordinator',
  default: 'the default',
}

type What = 'executor' | 'model'

export function Routes({ task }: { readonly task: TaskView }) {
  return (
    <>
      <Route task={task} what="executor" />
      <Route task={task} what="model" />
    </>
  )
}

function Route({ task, what }: { readonly task: TaskView; readonly what: What }) {
  const stops = task.routes[what]
  return (
    <Section
      title={what === 'executor' ? 'Who picks the executor' : 'Who picks the model'}
      end={<Chooser task={task} what={what} />}
    >
      <Plan what={what} stops={stops} />
    </Section>
  )
}

const WIDTH = 348
const LINE_Y = 26
const TOP_Y = 8

function Plan({ what, stops }: { readonly what: What; readonly stops: readonly RouteStop[] }) {
  const step = 268 / Math.max(1, stops.length - 1)
  const x = (index: number): number => 34 + index * Math.min(step, 90)
  const picked = stops.findIndex((stop) => stop.isPicked)
  const chosen = stops[picked]
  const end = 240
  return (
    <>
      <svg
        className="route-plan"
        viewBox={`0 0 ${WIDTH} 66`}
        role="img"
        aria-label={planWords(what, stops)}
      >
        <path className="route-line" d={`M${x(0)} ${LINE_Y}H${x(stops.length - 1)}`} />
        {chosen && (
          <>
            <path
              className="route-taken"
              d={`M${x(picked)} ${LINE_Y}l18-18H${Math.max(end, x(picked) + 30)}`}
            />
            <path
              className="route-head"
              d={`M${Math.max(end, x(picked) + 30)} ${TOP_Y - 4}l7 4-7 4z`}
            />
          </>
        )}
        {stops.map((stop, index) => (
          <g key={stop.stop} data-picked={stop.isPicked} transform={`translate(${x(index)} 0)`}>
            <circle cy={LINE_Y} r="5" />
            <text y="46" textAnchor="middle">
              {STOP_WORDS[stop.stop]}
            </text>
            <text y="60" textAnchor="middle" className="route-value">
              {short(stop.value)}
            </text>
          </g>
        ))}
      </svg>
      <p className="route-words">
        {chosen?.value == null
          ? what === 'model'
            ? 'No stop names one: its executor’s own choice is used.'
            : 'No stop names one that is known.'
          : `${chosen.value} is used, named by ${WHO[chosen.stop]}.`}
      </p>
    </>
  )
}

const short = (value: string | null): string =>
  value === null ? 'none set' : value.length > 14 ? `${value.slice(0, 13)}…` : value

/** The same as the drawing says. */
function planWords(what: What, stops: readonly RouteStop[]): string {
  const each = stops.map((stop) => `${STOP_WORDS[stop.stop]} ${stop.value ?? 'none set'}`)
  const picked = stops.find((stop) => stop.isPicked)?.value
  return `Choice of the ${what}: ${each.join(', ')}${picked == null ? '' : `, so ${picked} is used`}`
}

const UNSET = ''

function Chooser({ task, what }: { readonly task: TaskView; readonly what: What }) {
  const session = useSession()
  const isLive = useConnection().kind === 'live'
  const { save, isBusy, problem, dismiss } = useTaskEdit(task.id)
  const [wanted, setWanted] = useState<string | null>(null)
  const load = useCallback(async () => {
    if (!isLive) return null
    const found = await session.call<readonly { readonly name: string }[]>(({ service }) =>
      what === 'executor' ? service.executors() : service.models(),
    )
    return found.ok ? found.value.map(({ name }) => name) : null
  }, [session, what, isLive])
  const names = useLoaded(load)
  const now = task.routes[what].find(({ stop }) => stop === 'task')?.value ?? null
  const known = names ?? []
  const options = [
    [UNSET, 'None set'] as const,
    ...[...new Set(now === null ? known : [now, ...known])].map((name) => [name, name] as const),
  ]
  const choose = async (name: string): Promise<void> => {
    setWanted(name)
    const field = (value: string | null) => ({ [what]: value })
    const isOwn = what === 'model' || task.exec === null
    await save({
      label: `Changed the ${what} of “${task.title}”`,
      next: field(name === UNSET ? null : name),
      // A command of its own names its executor by itself.
      before: field(isOwn ? now : null),
    })
    setWanted(null)
  }
  return (
    <>
      <Select
        label={what === 'executor' ? 'Executor' : 'Model'}
        value={wanted ?? now ?? UNSET}
        options={options}
        disabled={isBusy || names === null}
        onChange={(name) => void choose(name)}
      />
      <ProblemNote problem={problem} onClose={dismiss} />
    </>
  )
}
