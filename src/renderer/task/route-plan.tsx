/** Who picks the executor and the model of a task, and a choice of its own. */
import { useCallback, useState } from 'react'
import type { TaskView } from '../../contract/view.ts'
import { useConnection, useSession } from '../session/session-context.tsx'
import { ProblemNote } from '../ui/problem-note.tsx'
import { RoutePlan, type RoutedChoice } from '../ui/route-plan.tsx'
import { Select } from '../ui/select.tsx'
import { useIsPast } from '../workspace/moment.ts'
import { useLoaded } from './use-loaded.ts'
import { useTaskEdit } from './use-task-edit.ts'
import { Section } from './section.tsx'

export function Routes({ task }: { readonly task: TaskView }) {
  return (
    <>
      <Route task={task} what="executor" />
      <Route task={task} what="model" />
    </>
  )
}

function Route({ task, what }: { readonly task: TaskView; readonly what: RoutedChoice }) {
  const stops = task.routes[what]
  return (
    <Section
      title={what === 'executor' ? 'Who picks the executor' : 'Who picks the model'}
      end={<Chooser task={task} what={what} />}
    >
      <RoutePlan what={what} stops={stops} />
    </Section>
  )
}

const UNSET = ''

function Chooser({ task, what }: { readonly task: TaskView; readonly what: RoutedChoice }) {
  const session = useSession()
  const isPast = useIsPast()
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
        disabled={isBusy || isPast || names === null}
        onChange={(name) => void choose(name)}
      />
      <ProblemNote problem={problem} onClose={dismiss} />
    </>
  )
}
