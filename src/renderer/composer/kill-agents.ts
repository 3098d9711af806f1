/** Ends agents, with what stops and what is kept said before, and the ladder told while it goes down. */
import type { AgentView, TaskCard } from '../../contract/view.ts'
import type { Session } from '../session/session.ts'
import { durationText } from '../ui/duration.ts'
import { announce } from '../workspace/announcer.ts'
import { ask } from '../workspace/ask.ts'
import { showToast } from '../workspace/toasts.ts'

/** As long as the host waits between the polite and the hard signal. */
const GRACE_MS = 10_000

export const livingAgents = (
  session: Session,
  cards: readonly TaskCard[],
): readonly AgentView[] => {
  const { agents } = session.yard.getState()
  return cards.flatMap(({ agent }) => (agent === null ? [] : (agents.get(agent) ?? [])))
}

/** `again`: the task starts anew at once instead of being paused. */
export async function killAgents(
  session: Session,
  agents: readonly AgentView[],
  { again }: { readonly again: boolean },
): Promise<void> {
  const name = agents.length === 1 ? (agents[0]?.id ?? '') : `${agents.length} agents`
  const answer = await ask({
    title: `Kill ${name}?`,
    lines: [
      `${workText(agents)} stops; its files stay where they are.`,
      again ? 'Its task starts again at once.' : 'Its task is paused until you start it again.',
    ],
    choices: [{ id: 'kill', label: `Kill ${name}`, look: 'danger' }],
  })
  if (answer) await Promise.all(agents.map((agent) => killOne(session, agent, again)))
}

const workText = (agents: readonly AgentView[]): string => {
  const now = Date.now()
  const ms = agents.reduce(
    (sum, { startedAt }) => sum + (startedAt ? now - Date.parse(startedAt) : 0),
    0,
  )
  return `${durationText(ms)} of work`
}

async function killOne(session: Session, { id, task }: AgentView, again: boolean): Promise<void> {
  showToast(`Asked ${id} to stop. It has 10 s.`)
  announce(`Asked ${id} to stop.`)
  const timer = setTimeout(() => offerForce(session, id, again), GRACE_MS)
  const result = await session.call(({ agent }) =>
    agent.kill({ id, redispatch: again, commandId: crypto.randomUUID() }),
  )
  clearTimeout(timer)
  if (!result.ok) return showToast(`${id}: ${result.error.message}`, { kind: 'error' })
  if (again) return showToast(`${id} ended. Its task starts again.`)
  showToast(`${id} ended. Its task is paused.`, {
    act: {
      label: 'Start again',
      run: () =>
        void session
          .call((client) => client.task.release({ id: task, commandId: crypto.randomUUID() }))
          .then((done) => {
            if (!done.ok) showToast(done.error.message, { kind: 'error' })
          }),
    },
    lastsMs: 8000,
  })
}

/** Only after the grace: most agents need none. */
function offerForce(session: Session, id: string, again: boolean): void {
  const run = (): void =>
    void session
      .call(({ agent }) =>
        agent.kill({ id, force: true, redispatch: again, commandId: crypto.randomUUID() }),
      )
      .then((done) => {
        if (!done.ok) showToast(`${id}: ${done.error.message}`, { kind: 'error' })
      })
  showToast(`${id} has not stopped within 10 s.`, {
    kind: 'error',
    act: { label: 'End it by force', run },
  })
}
