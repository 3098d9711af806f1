/** Quitting while agents of this app are alive: the question, and what follows from the answer. */
import type { Log } from '../base/log.ts'
import type { OpenYards } from './open-yards.ts'

type Answer = 'leave' | 'stop' | 'cancel'
const ANSWERS: readonly Answer[] = ['leave', 'stop', 'cancel']

/** Agents of yards that only this app runs; those of a service do not need it. */
export const livingHere = (yards: Pick<OpenYards, 'all'>): number =>
  owned(yards).reduce((sum, yard) => sum + (yard.glimpse()?.summary.agents.alive ?? 0), 0)

const owned = (yards: Pick<OpenYards, 'all'>) =>
  yards.all().filter(({ host }) => host.kind === 'owner')

/** In the form of a message box. */
export const quitQuestion = (alive: number) => ({
  type: 'question' as const,
  message: `${alive === 1 ? '1 agent is' : `${alive} agents are`} at work. Quit Yardmaster?`,
  detail:
    'Left running, they go on without it and are taken up again at the next start; nothing new starts meanwhile. ' +
    'Stopped, their work up to now stays in their folders, and their tasks wait, paused.',
  buttons: ['Leave running', alive === 1 ? 'Stop 1 agent' : `Stop ${alive} agents`, 'Cancel'],
  defaultId: 2,
  cancelId: 2,
  noLink: true,
})

/** `response`: the index of the button. */
export const quitAnswer = (response: number): Answer => ANSWERS[response] ?? 'cancel'

export async function stopAgents(yards: Pick<OpenYards, 'all'>, log: Log): Promise<void> {
  const killed = await Promise.allSettled(
    owned(yards).map(async (yard) => yard.client()?.agent.killAll({})),
  )
  for (const end of killed)
    if (end.status === 'rejected') log.error('stopping agents', { error: String(end.reason) })
}
