/** What is asked before agents are ended: what stops, what is kept, what comes after. Pure. */
import type { AgentView } from '../../contract/view.ts'
import { durationText } from '../../domain/format.ts'
import type { Question } from './ask.ts'

/** `again`: their tasks start anew at once instead of being paused. `now` in ms. */
export function questionOf(
  agents: readonly AgentView[],
  { again, now }: { readonly again: boolean; readonly now: number },
): Question {
  const name = agents.length === 1 ? (agents[0]?.id ?? '') : `${agents.length} agents`
  return {
    title: `Kill ${name}?`,
    lines: [workText(agents, now), afterwardsText(agents.length, again)],
    choices: [{ id: 'kill', label: `Kill ${name}`, look: 'danger' }],
  }
}

/** For agents that were asked already and have not ended yet: what is left is to end them. */
export function forceQuestionOf(agents: readonly AgentView[]): Question {
  const name = agents.length === 1 ? (agents[0]?.id ?? '') : `${agents.length} agents`
  const [it, its] = agents.length === 1 ? ['It was', 'Its'] : ['They were', 'Their']
  return {
    title: `End ${name} by force?`,
    lines: [
      `${it} asked to stop and may still be saving work. By force nothing more is saved.`,
      `${its} files stay where they are.`,
    ],
    choices: [{ id: 'force', label: 'End by force', look: 'danger' }],
  }
}

function afterwardsText(count: number, again: boolean): string {
  if (again)
    return count === 1 ? 'Its task starts again at once.' : 'Their tasks start again at once.'
  return count === 1
    ? 'Its task is paused until you start it again.'
    : 'Their tasks are paused until you start them again.'
}

/** What has not been seen to start has no known length. */
function workText(agents: readonly AgentView[], now: number): string {
  const started = agents.flatMap(({ startedAt }) => startedAt ?? [])
  const ms = started.reduce((sum, at) => sum + Math.max(0, now - Date.parse(at)), 0)
  const files = agents.length === 1 ? 'its files stay' : 'their files stay'
  const work = started.length === 0 ? 'The work' : `${durationText(ms)} of work`
  return `${work} stops; ${files} where they are.`
}
