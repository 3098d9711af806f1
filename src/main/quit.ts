/** The way out. Whoever quits while this app has agents at work is asked what becomes of them; agents can do without the app. */
import { app, dialog, powerMonitor } from 'electron'
import type { Log } from '../base/log.ts'
import type { OpenYards } from './open-yards.ts'

export interface Quit {
  /** Ends the app as if the answer were given: agents go on. */
  leaveAgents(): void
}

type Answer = 'leave' | 'stop' | 'cancel'
const ANSWERS: readonly Answer[] = ['leave', 'stop', 'cancel']

/** Holds back `before-quit` for the question and `will-quit` until everything is let go of. */
export function guardQuit(
  yards: OpenYards,
  parts: { readonly close: () => Promise<void>; readonly log: Log },
): Quit {
  const { close, log } = parts
  let isDecided = false
  let isAsking = false
  const ask = async (alive: number): Promise<void> => {
    isAsking = true
    const answer = await askPerson(alive).finally(() => (isAsking = false))
    if (answer === 'cancel') return
    isDecided = true
    if (answer === 'stop') await stopAgents(yards, log)
    app.quit()
  }
  app.on('before-quit', (event) => {
    const alive = livingHere(yards)
    if (isDecided || alive === 0) return
    event.preventDefault()
    if (!isAsking) ask(alive).catch((error: unknown) => log.error('quit', { error: String(error) }))
  })
  closeOnQuit(close, log)
  const leaveAgents = (): void => void (isDecided = true)
  const leave = (): void => {
    leaveAgents()
    app.quit()
  }
  // Nobody is there to answer when the machine goes down or a terminal says ^C, and agents can do without us.
  powerMonitor.on('shutdown', leave)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, leave)
  return { leaveAgents }
}

/** Agents of yards that only this app runs; those of a service have their own master. */
const livingHere = (yards: OpenYards): number =>
  yards
    .all()
    .filter(({ host }) => host.kind === 'owner')
    .reduce((sum, yard) => sum + (yard.glimpse()?.summary.agents.alive ?? 0), 0)

async function askPerson(alive: number): Promise<Answer> {
  const agents = alive === 1 ? '1 agent is' : `${alive} agents are`
  const { response } = await dialog.showMessageBox({
    type: 'question',
    message: `${agents} at work. Quit Yardmaster?`,
    detail:
      'Left running, they go on without it and are taken up again at the next start; nothing new starts meanwhile. ' +
      'Stopped, their work up to now stays in their folders, and their tasks wait, paused.',
    buttons: ['Leave running', alive === 1 ? 'Stop 1 agent' : `Stop ${alive} agents`, 'Cancel'],
    defaultId: 2,
    cancelId: 2,
    noLink: true,
  })
  return ANSWERS[response] ?? 'cancel'
}

async function stopAgents(yards: OpenYards, log: Log): Promise<void> {
  const owned = yards.all().filter(({ host }) => host.kind === 'owner')
  const killed = await Promise.allSettled(
    owned.map(async (yard) => yard.client()?.agent.killAll({})),
  )
  for (const end of killed)
    if (end.status === 'rejected') log.error('stopping agents', { error: String(end.reason) })
}

/** Electron does not wait for promises on its way out: the first try to quit is held back until the yards are let go of. */
function closeOnQuit(close: () => Promise<void>, log: Log): void {
  let isClosed = false
  let isClosing = false
  app.on('will-quit', (event) => {
    if (isClosed) return
    event.preventDefault()
    if (isClosing) return
    isClosing = true
    close()
      .catch((error: unknown) => log.error('closing the yards failed', { error: String(error) }))
      .finally(() => {
        isClosed = true
        app.quit()
      })
  })
}
