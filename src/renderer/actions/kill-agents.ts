/** Ends agents, with what stops and what is kept said before, and the ladder told while it goes down. */
import { isLaunched } from '../../domain/agent.ts'
import type { AgentView, TaskCard } from '../../contract/view.ts'
import { sendCommand } from '../model/session/send-command.ts'
import type { Session } from '../model/session/session.ts'
import { durationText } from '../../domain/format.ts'
import { announce } from '../model/announcer.ts'
import { ask } from './ask.ts'
import { sendOrOffer } from './send-or-offer.ts'
import { fetchGrace } from './stop-grace.ts'
import { forceQuestionOf, questionOf } from './kill-question.ts'
import { closeToast, openToast, showToast } from '../model/toasts.ts'

export const livingAgents = (
  session: Session,
  cards: readonly TaskCard[],
): readonly AgentView[] => {
  const { agents } = session.yard.getState()
  return cards.flatMap(({ agent: id }) => {
    const agent = id === null ? undefined : agents.get(id)
    // What is in a person's hands is not killed from here.
    return agent && isLaunched(agent) ? [agent] : []
  })
}

/** Asked by this page; the yard's word that they are stopping comes a moment later. */
const askedIn = new WeakMap<Session, Set<string>>()

function askedBy(session: Session): Set<string> {
  const asked = askedIn.get(session) ?? new Set()
  askedIn.set(session, asked)
  return asked
}

/** `again`: the task starts anew at once instead of being paused. Agents that were asked before are ended by force. */
export async function killAgents(
  session: Session,
  agents: readonly AgentView[],
  { again }: { readonly again: boolean },
): Promise<void> {
  const asked = askedBy(session)
  const fresh = agents.filter(({ id, status }) => status !== 'stopping' && !asked.has(id))
  const question =
    fresh.length === 0 ? forceQuestionOf(agents) : questionOf(fresh, { again, now: Date.now() })
  if ((await ask(question)) === null) return
  if (fresh.length === 0) return void agents.map(({ id }) => forceOne(session, id, again))
  const graceMs = await fetchGrace(session)
  await Promise.all(fresh.map((agent) => killOne(session, agent, { again, graceMs })))
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
  let offer = -1
  let timer: ReturnType<typeof setTimeout> | undefined
  const tellOnce = (): void => {
    if (timer !== undefined) return
    askedBy(session).add(id)
    showToast(`Asked ${id} to stop.${grace === null ? '' : ` It has ${grace}.`}`)
    announce(`Asked ${id} to stop.`)
    timer = setTimeout(
      () => {
        offer = offerForce(session, id, { again, grace })
      },
      (graceMs ?? UNKNOWN_GRACE_MS) + FORCED_WITHIN_MS,
    )
  }
  const result = await sendCommand(session, ({ agent }, commandId) => {
    tellOnce() // nobody was asked before it goes out
    return agent.kill({ id, redispatch: again, commandId })
  })
  askedBy(session).delete(id)
  clearTimeout(timer)
  closeToast(offer)
  if (!result.ok) return showToast(`${id}: ${result.error.message}`, { kind: 'error' })
  if (again) return showToast(`${id} ended. Its task starts again.`)
  showToast(`${id} ended. Its task is paused.`, {
    act: {
      label: 'Start again',
      run: () =>
        void sendOrOffer(
          session,
          (client, commandId) => client.task.release({ id: task, commandId }),
          `Start ${task} again`,
        ).then((done) => {
          if (!done.ok) showToast(done.error.message, { kind: 'error' })
        }),
    },
    lastsMs: 8000,
  })
}

/** Where the configuration cannot be read, force is offered late rather than early. */
const UNKNOWN_GRACE_MS = 30_000
/** The host uses force by itself when the grace is over: what it ends with that needs no offer. */
const FORCED_WITHIN_MS = 3000

/** Only after the grace: most agents need none. Gives the toast's number: it means nothing once the agent has ended. */
function offerForce(
  session: Session,
  id: string,
  { again, grace }: { readonly again: boolean; readonly grace: string | null },
): number {
  const run = (): void => forceOne(session, id, again)
  return openToast(`${id} has not stopped${grace === null ? '' : ` within ${grace}`}.`, {
    kind: 'error',
    act: { label: 'End it by force', run },
  })
}

/** Whoever asked first is told of the end. */
function forceOne(session: Session, id: string, again: boolean): void {
  const input = { id, force: true, redispatch: again, commandId: crypto.randomUUID() }
  void session
    .call(({ agent }) => agent.kill(input), 'repeats')
    .then((done) => {
      if (!done.ok) showToast(`${id}: ${done.error.message}`, { kind: 'error' })
    })
}
