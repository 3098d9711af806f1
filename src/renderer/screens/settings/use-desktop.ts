/** What the app keeps about itself, read once and after each change. Null in a browser, and before the first answer. */
import { useEffect, useState } from 'react'
import { errorText } from '../../../base/text.ts'
import type { DesktopPreferences } from '../../../contract/desktop.ts'
import type { Problem } from '../../model/session/problem.ts'

export interface DesktopSettings {
  readonly preferences: DesktopPreferences | null
  readonly problem: Problem | null
  change(change: Partial<DesktopPreferences>): void
  dismiss(): void
}

export function useDesktopSettings(): DesktopSettings {
  const [preferences, setPreferences] = useState<DesktopPreferences | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  useEffect(() => {
    window.yardHost?.preferences().then(setPreferences, (error) => setProblem(problemOf(error)))
  }, [])
  const change = (wish: Partial<DesktopPreferences>): void => {
    setProblem(null)
    window.yardHost
      ?.setPreferences(wish)
      .then(setPreferences, (error) => setProblem(problemOf(error)))
  }
  return {
    preferences,
    problem,
    change,
    dismiss: () => setProblem(null),
  }
}

/** The app's own words, without what Electron writes around them. */
export const problemOf = (error: unknown): Problem => ({
  kind: 'app',
  message: errorText(error).replace(/^Error invoking remote method '[^']*': (?:\w*Error: )?/, ''),
  hint: null,
})
