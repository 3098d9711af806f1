import type { AgentView } from '../../contract/view.ts'

/** What an agent asked by its end, for a person to answer: no failure of its own. Null = it ended by something else, or lives. */
export const questionOf = ({ status, outcome, failure }: AgentView): string | null =>
  status === 'ended' && outcome === 'failed' && failure?.class === 'question'
    ? failure.reason
    : null
