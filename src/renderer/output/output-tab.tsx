/** The output of one try of a task: the latest, or the one that the address names. */
import type { AgentView } from '../../contract/view.ts'
import { useMemo } from 'react'
import { useYard } from '../model/session/session-context.tsx'
import { TrySelect } from '../components/try-select.tsx'
import { EmptyNote } from '../ui/screen.tsx'
import { Button } from '../ui/button.tsx'
import { navigate, useRoute } from '../model/route.ts'
import type { TaskDetails } from '../model/use-task-details.ts'
import { useAnswer } from '../model/use-answer.ts'
import type { KnownFiles } from './terminal-text.tsx'
import { OutputView } from './output-view.tsx'

export function OutputTab({ details }: { readonly details: TaskDetails }) {
  const { tries, task } = details
  const named = useRoute().agent
  const id = named ?? task.agent ?? tries[0]?.id ?? null
  const known = tries.find((each) => each.id === id) ?? null
  const agent = useYard((view) => (id === null ? undefined : view.agents.get(id))) ?? known
  if (id === null) return <EmptyNote text="No agent has worked on it yet." />
  if (agent === null || agent.task !== task.id)
    return (
      <EmptyNote text={`${id} is gone: its folder was removed, or it was no try of this task.`}>
        <Button onClick={() => navigate({ agent: null }, { replace: true })}>
          Show the latest
        </Button>
      </EmptyNote>
    )
  return (
    <>
      {tries.length > 1 && (
        <div className="try-picker">
          <TrySelect
            label="Which try"
            tries={tries}
            value={id}
            onChange={(each) => navigate({ agent: each }, { replace: true })}
          />
        </div>
      )}
      <ShownOutput key={agent.id} agent={agent} details={details} />
    </>
  )
}

function ShownOutput(props: { readonly agent: AgentView; readonly details: TaskDetails }) {
  return <OutputView agent={props.agent} files={useKnownFiles(props)} />
}

/** What its changes and artifacts name: each opens where it can be read. */
function useKnownFiles({ agent, details }: Parameters<typeof ShownOutput>[0]): KnownFiles {
  const { id, task, branch, cwd, status } = agent
  const { artifacts } = details.task
  const { value } = useAnswer(
    async ({ change }) => (branch === null ? null : change.of({ task, agent: id })),
    { key: `${id} ${branch} ${status}` },
  )
  return useMemo(() => {
    const openers = new Map<string, () => void>()
    for (const artifact of artifacts)
      if (artifact.kind === 'file')
        openers.set(artifact.path, () => navigate({ tab: 'overview', anchor: artifact.path }))
    for (const { path } of value?.files ?? [])
      openers.set(path, () => navigate({ tab: 'changes', agent: id, anchor: path }))
    return { openers, folder: cwd }
  }, [artifacts, value, id, cwd])
}
