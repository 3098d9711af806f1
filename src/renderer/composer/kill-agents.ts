/** Ends agents, with what stops and what is kept said before, and the ladder told while it goes down. */
import type { AgentView, TaskCard } from '../../contract/view.ts'
import type { Session } from '../session/session.ts'
import { durationText } from '../ui/duration.ts'
import { announce } from '../workspace/announcer.ts'
import { ask } from '../workspace/ask.ts'
import { fetchGrace } from '../workspace/stop-grace.ts'
import { questionOf } from './kill-question.ts'
import { closeToast, openToast, showToast } from '../workspace/toasts.ts'

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
  const answer = await ask(questionOf(agents, { again, now: Date.now() }))
  if (answer === null) return
  const graceMs = await fetchGrace(session)
  await Promise.all(agents.map((agent) => killOne(session, agent, { again, graceMs })))
}

interface Killing {
  readonly again: boolean
  /** Null: not known. */
  readonly graceMs: number | null
}

async function killOne(
  session: Session,
  { id, task }: AgentView,
  { again, graceMs }: Killing,
): Promise<void> {
  const grace = graceMs === null ? null : durationText(graceMs)
  showToast(`Asked ${id} to stop.${grace === null ? '' : ` It has ${grace}.`}`)
  announce(`Asked ${id} to stop.`)
  let offer = -1
  const timer = setTimeout(() => {
    offer = offerForce(session, id, { again, grace })
  }, graceMs ?? UNKNOWN_GRACE_MS)
  const result = await session.call(({ agent }) =>
    agent.kill({ id, redispatch: again, commandId: crypto.randomUUID() }),
  )
  clearTimeout(timer)
  closeToast(offer)
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

/** Where the configuration cannot be read, force is offered late rather than early. */
const UNKNOWN_GRACE_MS = 30_000

/** Only after the grace: most agents need none. Gives the toast's number: it means nothing once the agent has ended. */
function offerForce(
  session: Session,
  id: string,
  { again, grace }: { readonly again: boolean; readonly grace: string | null },
): number {
  const run = (): void =>
    void session
      .call(({ agent }) =>
        agent.kill({ id, force: true, redispatch: again, commandId: crypto.randomUUID() }),
      )
      .then((done) => {
        if (!done.ok) showToast(`${id}: ${done.error.message}`, { kind: 'error' })
      })
  return openToast(`${id} has not stopped${grace === null ? '' : ` within ${grace}`}.`, {
    kind: 'error',
    act: { label: 'End it by force', run },
  })
}
