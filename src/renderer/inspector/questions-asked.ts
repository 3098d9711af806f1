/** What agents asked a person about a task, and what was said to that. Pure. */
import type { AgentView, TaskView } from '../../contract/view.ts'
import { isAgentId } from '../../domain/ids.ts'
import { questionOf } from '../model/question-of.ts'

export interface QuestionAsked {
  readonly agent: string
  readonly question: string
  /** ISO; null = nobody noted it. */
  readonly at: string | null
  /** What people wrote down until the next try began, which is told all of it. Remarks on lines are kept with the changes. */
  readonly said: TaskView['log']
  /** The task waits for the answer. */
  readonly isOpen: boolean
}

/** Newest first, as `tries` are. */
export function questionsAsked(
  { waitsFor, log }: Pick<TaskView, 'waitsFor' | 'log'>,
  tries: readonly AgentView[],
): readonly QuestionAsked[] {
  return tries.flatMap((agent, index) => {
    const question = questionOf(agent)
    if (question === null) return []
    const from = Date.parse(agent.endedAt ?? agent.claimedAt)
    const next = tries[index - 1]
    const to = next === undefined ? Infinity : Date.parse(next.claimedAt)
    const said = log.filter(({ at, by, place }) => {
      const time = Date.parse(at)
      return place === undefined && !isAgentId(by) && time >= from && time <= to
    })
    const isOpen = index === 0 && waitsFor === 'answer'
    return [{ agent: agent.id, question, at: agent.endedAt, said: isOpen ? [] : said, isOpen }]
  })
}
