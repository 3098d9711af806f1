/** Another executor for a task whose own is not known or does not fit. */
import { useEffect, useState } from 'react'
import { useSession, type CommandRun } from '../../model/session/session-context.tsx'
import type { YardClient } from '../../model/session/link.ts'
import { Button } from '../../ui/button.tsx'
import { Select } from '../../ui/select.tsx'
import { making, type Making } from '../../actions/history.ts'
import { navigate } from '../../model/route.ts'
import type { AttentionItem } from './attention-items.ts'
import { fittingExecutors } from './fitting-executors.ts'

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
  const choose = async (own: Making): Promise<void> => {
    const before = session.yard.getState().tasks.get(item.task ?? '')?.executor ?? null
    const set = (executor: string | null) => (client: YardClient, commandId: string) =>
      client.task.edit({ id: item.task ?? '', executor, commandId })
    if (!(await command.run(set(name), own.waitsForPerson))) return
    const label = `“${item.title}” is done by ${name}`
    own.remember(session, { label, undo: set(before), redo: set(name) })
  }
  return (
    <>
      <Select
        label={`Executor of ${item.title}`}
        value={name}
        options={names.map((each) => [each, each] as const)}
        onChange={setChosen}
      />
      <Button isBusy={command.isBusy} onClick={() => void making(choose)}>
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
