/** Who picks the executor and the model of a task, and a choice of its own. */
import { useState } from 'react'
import type { AgentView, TaskView } from '../../contract/view.ts'
import { originText } from '../../domain/origin.ts'
import { ProblemNote } from '../components/problem-note.tsx'
import { RoutePlan, type RoutedChoice } from '../components/route-plan.tsx'
import { Select } from '../ui/popups.tsx'
import { useIsHistory } from '../model/shown-time.ts'
import {
  executorChoices,
  modelChoices,
  NO_NAMES,
  useNames,
  type NamesOfYard,
} from '../actions/add/names.ts'
import { useTaskEdit } from '../actions/task/edit.ts'
import { Section } from './section.tsx'

interface RoutesProps {
  readonly task: TaskView
  /** The newest try; null before the first. */
  readonly last: AgentView | null
}

export function Routes({ task, last }: RoutesProps) {
  const names = useNames()
  return (
    <>
      <Route task={task} last={last} what="executor" names={names} />
      <Route task={task} last={last} what="model" names={names} />
      <Endpoint task={task} last={last} />
    </>
  )
}

interface ChooserProps {
  readonly task: TaskView
  readonly what: RoutedChoice
  readonly names: NamesOfYard
}

function Route({ task, last, what, names }: RoutesProps & ChooserProps) {
  const stops = task.routes[what]
  return (
    <Section
      title={what === 'executor' ? 'Who picks the executor' : 'Who picks the model'}
      end={<Chooser task={task} what={what} names={names} />}
    >
      <RoutePlan what={what} stops={stops} />
      {last !== null && (
        <p className="route-words">
          {last.id} has {(what === 'executor' ? last.executor : last.model) ?? 'none of its own'}:{' '}
          {last.provenance[what]}.
        </p>
      )}
      {what === 'model' && last?.choice && <Choice choice={last.choice} />}
    </Section>
  )
}

/** Why it was that one among several. */
function Choice({ choice }: { readonly choice: NonNullable<AgentView['choice']> }) {
  const chance = `${Math.round(100 * choice.chance)} %`
  return (
    <p className="route-words">
      Chosen with a chance of {chance}
      {choice.explored && ', to learn about it'}: {choice.reason}.
    </p>
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

function Chooser({ task, what, names }: ChooserProps) {
  const isPast = useIsHistory()
  const { save, isBusy, problem, dismiss } = useTaskEdit(task.id)
  const [wanted, setWanted] = useState<string | null>(null)
  const set = (of: RoutedChoice): string | null =>
    task.routes[of].find(({ stop }) => stop === 'task')?.value ?? null
  const now = set(what)
  const choices =
    what === 'executor'
      ? executorChoices(names, { model: set('model'), chosen: now })
      : modelChoices(names, {
          executor: task.routes.executor.find(({ isPicked }) => isPicked)?.value ?? null,
          chosen: now,
        })
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
        options={[[UNSET, 'None set'], ...choices]}
        disabled={isBusy || isPast || names === NO_NAMES}
        onChange={(name) => void choose(name)}
      />
      <ProblemNote problem={problem} onClose={dismiss} />
    </>
  )
}
