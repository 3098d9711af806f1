/** Who picks the executor and the model of a task, and a choice of its own. */
import { useState } from 'react'
import type { AgentView, TaskView } from '../../contract/view.ts'
import { originText } from '../../domain/origin.ts'
import type { YardClient } from '../model/session/link.ts'
import { ProblemNote } from '../components/problem-note.tsx'
import { RoutePlan, type RoutedChoice } from '../components/route-plan.tsx'
import { Select } from '../ui/fields.tsx'
import { useIsPast } from '../model/shown-time.ts'
import { useAnswer } from '../model/use-answer.ts'
import { useTaskEdit } from '../actions/task/use-task-edit.ts'
import { Section } from './section.tsx'

interface RoutesProps {
  readonly task: TaskView
  /** The newest try; null before the first. */
  readonly last: AgentView | null
}

export function Routes({ task, last }: RoutesProps) {
  return (
    <>
      <Route task={task} last={last} what="executor" />
      <Route task={task} last={last} what="model" />
      <Endpoint task={task} last={last} />
    </>
  )
}

function Route({ task, last, what }: RoutesProps & { readonly what: RoutedChoice }) {
  const stops = task.routes[what]
  return (
    <Section
      title={what === 'executor' ? 'Who picks the executor' : 'Who picks the model'}
      end={<Chooser task={task} what={what} />}
    >
      <RoutePlan what={what} stops={stops} />
      {last !== null && (
        <p className="route-words">
          {last.id} has {(what === 'executor' ? last.executor : last.model) ?? 'none of its own'}:{' '}
          {last.provenance[what]}.
        </p>
      )}
    </Section>
  )
}

/** Where the requests of its next try go. */
function Endpoint({ task, last }: RoutesProps) {
  const { endpoint } = task.routes
  const past = last?.provenance.endpoint
  if (endpoint === null && past === undefined) return null
  return (
    <Section title="Where its requests go">
      {endpoint !== null && (
        <p className="route-words">
          {endpoint.url === null
            ? 'To its provider’s own address.'
            : `To ${endpoint.url}: ${originText(endpoint.origin)}.`}
        </p>
      )}
      {past !== undefined && (
        <p className="route-words">
          Those of {last?.id} go to {past}.
        </p>
      )}
    </Section>
  )
}

const UNSET = ''

function Chooser({ task, what }: { readonly task: TaskView; readonly what: RoutedChoice }) {
  const isPast = useIsPast()
  const { save, isBusy, problem, dismiss } = useTaskEdit(task.id)
  const [wanted, setWanted] = useState<string | null>(null)
  const { value: known } = useAnswer(({ service }) =>
    Promise.all([service.executors(), service.models()]),
  )
  const now = task.routes[what].find(({ stop }) => stop === 'task')?.value ?? null
  const options = [
    [UNSET, 'None set'] as const,
    ...(known === null ? [] : choicesOf(what, task, now, known)),
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
        disabled={isBusy || isPast || known === null}
        onChange={(name) => void choose(name)}
      />
      <ProblemNote problem={problem} onClose={dismiss} />
    </>
  )
}

type Known = readonly [
  Awaited<ReturnType<YardClient['service']['executors']>>,
  Awaited<ReturnType<YardClient['service']['models']>>,
]

/** What can be named: models that its executor runs, every executor with what stands against it; and what is named already. */
function choicesOf(
  what: RoutedChoice,
  { routes }: TaskView,
  now: string | null,
  [executors, models]: Known,
): readonly (readonly [string, string])[] {
  const executor = routes.executor.find(({ isPicked }) => isPicked)?.value
  const own = executors.find(({ name }) => name === executor)
  const isOpen = own === undefined || own.type === 'schedule'
  const model = routes.model.find(({ stop }) => stop === 'task')?.value ?? null
  const found =
    what === 'executor'
      ? executors.map((each) => [each.name, withNote(each.name, againstOf(each, model))] as const)
      : models
          .filter(({ name }) => isOpen || own.models?.includes(name) || name === now)
          .map(
            ({ name }) =>
              [
                name,
                isOpen || own.models?.includes(name) ? name : `${name} (${own.name} cannot run it)`,
              ] as const,
          )
  const isNamed = now === null || found.some(([name]) => name === now)
  return isNamed ? found : [[now, now], ...found]
}

const withNote = (name: string, note: string | null): string =>
  note === null ? name : `${name} (${note})`

function againstOf(
  { canRun, type, models }: Known[0][number],
  model: string | null,
): string | null {
  if (!canRun) return 'cannot start here'
  const isFit = model === null || type === 'schedule' || models?.includes(model)
  return isFit ? null : `cannot run ${model}`
}
