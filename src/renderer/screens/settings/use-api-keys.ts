/** Names of the keys that the app keeps, read once and after each change. A value goes out of here and never comes in. */
import { useEffect, useState } from 'react'
import type { DesktopBridge, DesktopKeys } from '../../../contract/desktop.ts'
import type { Problem } from '../../model/session/problem.ts'
import { problemOf } from './use-desktop.ts'

export interface ApiKeys {
  readonly kept: DesktopKeys | null
  readonly problem: Problem | null
  readonly isBusy: boolean
  /** True once it was done. */
  run(act: (host: DesktopBridge) => Promise<DesktopKeys>): Promise<boolean>
  dismiss(): void
}

export function useApiKeys(): ApiKeys {
  const [kept, setKept] = useState<DesktopKeys | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  const [isBusy, setBusy] = useState(false)
  useEffect(() => {
    window.yardHost?.keys().then(setKept, (error) => setProblem(problemOf(error)))
  }, [])
  const run = async (act: (host: DesktopBridge) => Promise<DesktopKeys>): Promise<boolean> => {
    const host = window.yardHost
    if (!host || isBusy) return false
    setBusy(true)
    setProblem(null)
    try {
      setKept(await act(host))
      return true
    } catch (error) {
      setProblem(problemOf(error))
      return false
    } finally {
      setBusy(false)
    }
  }
  return { kept, problem, isBusy, run, dismiss: () => setProblem(null) }
}
