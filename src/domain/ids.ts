/** Branded ids, so that a task's id cannot be passed where an agent's is meant. */
import { z } from 'zod'

/** `[A-Za-z0-9_][A-Za-z0-9._-]{0,99}`: safe as a file name, a URL segment and an argument. */
const ID_PATTERN = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$/

export const taskIdSchema = z
  .string()
  .regex(
    ID_PATTERN,
    'an id is 1 to 100 letters, digits, dots, dashes or underscores and starts with none of dot and dash',
  )
  .brand<'TaskId'>()
export type TaskId = z.infer<typeof taskIdSchema>

const AGENT_ID_PATTERN = /^agent-[1-9][0-9]{0,14}$/
export const agentIdSchema = z.string().regex(AGENT_ID_PATTERN).brand<'AgentId'>()
export type AgentId = z.infer<typeof agentIdSchema>

export const isTaskId = (text: string): text is TaskId => ID_PATTERN.test(text)
/** Tells an agent among those who act; a person may have any other name, `agent-smith` as well. */
export const isAgentId = (text: string): text is AgentId => AGENT_ID_PATTERN.test(text)
export const agentIdOf = (number: number): AgentId => `agent-${number}` as AgentId
/** The number in `agent-7`. */
export const agentNumberOf = (id: AgentId): number => Number(id.slice('agent-'.length))

/** A readable id from a title: up to six words, lower case; `task` when nothing is left. */
export function slugOf(title: string): string {
  const words = title
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[\u0300-\u036f]/g, '')
    .match(/[a-z0-9]+/g)
  return (words ?? []).slice(0, 6).join('-').slice(0, 60) || 'task'
}
