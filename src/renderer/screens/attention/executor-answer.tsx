/** Another executor for a task whose own is not known or does not fit. */
import { useEffect, useState } from 'react'
import { type CommandRun, useSession } from '../../model/session/session-context.tsx'
import { Button } from '../../ui/button.tsx'
import { Select } from '../../ui/fields.tsx'
import { editTask } from '../../actions/task/edit.ts'
import { navigate } from '../../model/route.ts'
import type { AttentionItem } from './attention-items.ts'
import type { TaskView } from '../../../contract/view.ts'
import { mismatchOf } from '../../../domain/routing/resolve.ts'
import type { YardClient } from '../../model/session/link.ts'

interface ExecutorAnswerProps {
  readonly item: AttentionItem
  readonly command: CommandRun
}

export function ExecutorAnswer({ item, command }: ExecutorAnswerProps) {
  const session = useSession()
  const names = useExecutorNames(item.task ?? '')
  const [chosen, setChosen] = useState<string | null>(null)
  const name = chosen ?? names?.[0]
  if (names === null) return null
  if (name === undefined)
    return <Button onClick={() => navigate({ screen: 'executors' })}>Open executors</Button>
  const choose = (): Promise<boolean> => {
    const id = item.task ?? ''
    const before = session.yard.getState().tasks.get(id)?.executor ?? null
    const label = `“${item.title}” is done by ${name}`
    return editTask(session, command, {
      id,
      label,
      next: { executor: name },
      before: { executor: before },
    })
  }
  return (
    <>
      <Select
        label={`Executor of ${item.title}`}
        value={name}
        options={names.map((each) => [each, each] as const)}
        onChange={setChosen}
      />
      <Button isBusy={command.isBusy} onClick={() => void choose()}>
        Use it
      </Button>
    </>
  )
}

/** Those that can do it here; null until that is known. */
function useExecutorNames(id: string): readonly string[] | null {
  const session = useSession()
  const [names, setNames] = useState<readonly string[] | null>(null)
  useEffect(() => {
    let isGone = false
    void session
      .call(({ service, task }) => Promise.all([service.executors(), task.get({ id })]))
      .then((result) => {
        if (!isGone && result.ok) setNames(fittingExecutors(...result.value))
      })
    return () => {
      isGone = true
    }
  }, [session, id])
  return names
}

// Executors that can do a task, here and now. Pure.

type ExecutorView = Awaited<ReturnType<YardClient['service']['executors']>>[number]

export const fittingExecutors = (
  executors: readonly Pick<ExecutorView, 'name' | 'type' | 'canRun' | 'models'>[],
  task: Pick<TaskView, 'exec' | 'verify' | 'model'>,
): readonly string[] =>
  executors.flatMap(({ name, type, canRun, models }) => {
    // Only the built-in profile has no address of its own; one that hands on by the clock does no work.
    if (!canRun || type === 'schedule') return []
    const profile = { name, type, url: name === 'http' ? null : '' }
    const runsModel = task.model === null || models === null || models.includes(task.model)
    return runsModel && mismatchOf(task, profile) === null ? [name] : []
  })
