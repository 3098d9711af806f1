/** The output of one try of a task: the latest, or the one that the address names. */
import type { AgentView } from '../../contract/view.ts'
import { useYard } from '../model/session/session-context.tsx'
import { Select } from '../ui/select.tsx'
import { EmptyNote } from '../ui/empty-note.tsx'
import { Button } from '../ui/button.tsx'
import { navigate, useRoute } from '../model/route.ts'
import { agentStateText } from '../model/facts.ts'
import type { TaskDetails } from '../model/use-task-details.ts'
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
      {tries.length > 1 && <TryPicker tries={tries} id={id} />}
      <OutputView key={agent.id} agent={agent} />
    </>
  )
}

function TryPicker({ tries, id }: { readonly tries: readonly AgentView[]; readonly id: string }) {
  const count = tries.length
  return (
    <div className="try-picker">
      <Select
        label="Which try"
        value={id}
        options={tries.map((agent, index) => [
          agent.id,
          `Try ${count - index}: ${agent.id}, ${agentStateText(agent)}`,
        ])}
        onChange={(agent) => navigate({ agent }, { replace: true })}
      />
    </div>
  )
}
