/** Branded ids, so that a task's id cannot be passed where an agent's is meant. */
import type { z } from 'zod'

/** `[A-Za-z0-9_][A-Za-z0-9._-]{0,99}`: safe as a file name, a URL segment and an argument. With `@` before it, the standing task of a member. */
export const TASK_ID_PATTERN = /^@?[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$/
/** Ids that a task can be given, or be made to wait for. */
export const GIVEN_ID_PATTERN = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$/

export type TaskId = string & z.$brand<'TaskId'>

export const AGENT_ID_PATTERN = /^agent-[1-9][0-9]{0,14}$/
export type AgentId = string & z.$brand<'AgentId'>

/** The variable that marks everything an agent starts; its value is random per agent, because two yards both have an agent-7. */
export const MARKER_VARIABLE = 'YARD_AGENT_KEY'

export const isTaskId = (text: string): text is TaskId => TASK_ID_PATTERN.test(text)
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
