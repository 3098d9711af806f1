/** Quitting: asks what becomes of agents at work, and closes the yards before the process ends. */
import { app, dialog, powerMonitor } from 'electron'
import type { Log } from '../base/log.ts'
import type { OpenYards } from '../desktop/open-yards.ts'
import { livingHere, quitAnswer, quitQuestion, stopAgents } from '../desktop/quit.ts'

export interface Quit {
  /** Ends the app as if the answer were given: agents go on. */
  leaveAgents(): void
}

/** Prevents `before-quit` for the question and `will-quit` until everything is closed. */
export function guardQuit(
  yards: OpenYards,
  parts: { readonly close: () => Promise<void>; readonly log: Log },
): Quit {
  const { close, log } = parts
  let isDecided = false
  let isAsking = false
  const ask = async (alive: number): Promise<void> => {
    isAsking = true
    const { response } = await dialog
      .showMessageBox(quitQuestion(alive))
      .finally(() => (isAsking = false))
    const answer = quitAnswer(response)
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
  // No dialog can be answered when the machine shuts down or a terminal sends ^C, and agents do not need the app.
  powerMonitor.on('shutdown', leave)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, leave)
  return { leaveAgents }
}

/** Electron does not wait for promises when it quits: the first attempt is prevented until the yards are closed. */
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
