/** What the app says of itself, asked once and after each change. Null in a browser, and before the first answer. */
import { useEffect, useState } from 'react'
import { errorText } from '../../../base/text.ts'
import type { DesktopBridge } from '../../../contract/desktop.ts'
import type { Problem } from '../../model/session/problem.ts'

/** `read` must stay the same function. */
export function useDesktop<T>(read?: (host: DesktopBridge) => Promise<T>) {
  const [value, set] = useState<T | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  const [isBusy, setBusy] = useState(false)
  useEffect(() => {
    if (read && window.yardHost)
      read(window.yardHost).then(set, (error) => setProblem(problemOf(error)))
  }, [read])
  /** What it resolves to is the new value. True once it was done. */
  const run = async (act: (host: DesktopBridge) => Promise<T>): Promise<boolean> => {
    if (!window.yardHost) return false
    setBusy(true)
    setProblem(null)
    try {
      set(await act(window.yardHost))
      return true
    } catch (error) {
      setProblem(problemOf(error))
      return false
    } finally {
      setBusy(false)
    }
  }
  return { value, problem, isBusy, set, run, dismiss: (): void => setProblem(null) }
}

/** The app's own words, without what Electron writes around them. */
const problemOf = (error: unknown): Problem => ({
  kind: 'app',
  message: errorText(error).replace(/^Error invoking remote method '[^']*': (?:\w*Error: )?/, ''),
  hint: null,
})
