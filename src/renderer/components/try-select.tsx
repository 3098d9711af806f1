/** Which try of a task is meant. Tries are newest first and numbered from the oldest. */
import type { AgentView } from '../../contract/view.ts'
import { lookOf } from '../model/agent-state.ts'
import { Select } from '../ui/popups.tsx'

interface TrySelectProps {
  readonly label: string
  readonly tries: readonly AgentView[]
  /** Of the tries, those to choose from. */
  readonly offered?: readonly AgentView[]
  readonly value: string
  readonly onChange: (agent: string) => void
}

export function TrySelect({ label, tries, offered = tries, value, onChange }: TrySelectProps) {
  const options = offered.map((agent) => {
    const number = tries.length - tries.indexOf(agent)
    return [agent.id, `Try ${number}: ${agent.id}, ${lookOf(agent).word}`] as const
  })
  return <Select label={label} value={value} options={options} onChange={onChange} />
}
