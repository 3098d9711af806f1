/** Opens a yard and goes there: a browser to the address that the host gives, the app's window by itself. */
import { useState } from 'react'
import { useCommand, type CommandRun } from '../../model/session/session-context.tsx'
import { showToast } from '../../model/toasts.ts'
import { beginWithImport } from '../../model/session/token.ts'

export interface OpenYard {
  readonly isBusy: boolean
  readonly problem: CommandRun['problem']
  dismiss(): void
  open(folder: string, then?: 'import'): void
  example(): void
}

export function useOpenYard(): OpenYard {
  const { run, isBusy, problem, dismiss } = useCommand()
  const [isLeaving, setLeaving] = useState(false)
  const leave = (pageUrl: string | null, then: 'import' | undefined): void => {
    setLeaving(true)
    if (pageUrl === null) {
      if (then) beginWithImport(window)
      return // the window goes by itself
    }
    if (isOnThisMachine(pageUrl) && URL.parse(pageUrl)?.origin !== location.origin) {
      location.assign(then ? `${pageUrl}&then=import` : pageUrl)
      return
    }
    setLeaving(false)
    showToast('This yard is the one that is open.')
  }
  return {
    isBusy: isBusy || isLeaving,
    problem,
    dismiss,
    open: (folder, then) =>
      void run(async ({ startScreen }) =>
        leave((await startScreen.open({ folder })).pageUrl, then),
      ),
    example: () =>
      void run(async ({ startScreen }) => leave((await startScreen.example()).pageUrl, undefined)),
  }
}

/** A host only ever names its own machine; anything else is not followed. */
export function isOnThisMachine(address: string): boolean {
  const url = URL.parse(address)
  return url?.protocol === 'http:' && ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname)
}
