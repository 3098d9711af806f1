/** Which yards were open lately and which agent CLIs are here, as the host says. */
import { useCallback, useEffect, useState } from 'react'
import type { FoundCli, RecentYard } from '../../../contract/start-screen.ts'
import { useSession } from '../../model/session/session-context.tsx'
import { showToast } from '../../model/toasts.ts'

export interface StartScreenFacts {
  /** Null until it is known. */
  readonly recent: readonly RecentYard[] | null
  readonly clis: { readonly clis: readonly FoundCli[]; readonly path: readonly string[] } | null
  lookAgain(): void
  forget(folder: string): void
}

export function useStartScreenFacts(): StartScreenFacts {
  const session = useSession()
  const [recent, setRecent] = useState<StartScreenFacts['recent']>(null)
  const [clis, setClis] = useState<StartScreenFacts['clis']>(null)
  const askRecent = useCallback(
    () =>
      void session
        .call(({ startScreen }) => startScreen.recent())
        .then((result) => {
          if (result.ok) setRecent(result.value)
        }),
    [session],
  )
  const askClis = useCallback(
    () =>
      void session
        .call(({ startScreen }) => startScreen.clis())
        .then((result) => {
          if (result.ok) setClis(result.value)
          else showToast(result.error.message, { kind: 'error' })
        }),
    [session],
  )
  useEffect(askRecent, [askRecent])
  useEffect(askClis, [askClis])
  return {
    recent,
    clis,
    lookAgain() {
      setClis(null)
      askClis()
    },
    forget: (folder) =>
      void session.call(({ startScreen }) => startScreen.forget({ folder })).then(askRecent),
  }
}
