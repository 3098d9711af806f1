/** Executors and models that can be named, asked of the host when something that offers them opens. */
import { useEffect, useState } from 'react'
import type { Session } from '../../model/session/session.ts'
import { useSession } from '../../model/session/session-context.tsx'

export interface ExecutorName {
  readonly name: string
  readonly type: string
  /** Why it cannot start an agent here; null = it can. */
  readonly problem: string | null
  /** Names of models that it can run; null = it takes none. */
  readonly models: readonly string[] | null
}
export interface NamesOfYard {
  readonly executors: readonly ExecutorName[]
  readonly models: readonly { readonly name: string; readonly provider: string }[]
  /** Works on tasks that name none; null while it is not known. */
  readonly defaultExecutor: string | null
}

const NONE: NamesOfYard = { executors: [], models: [], defaultExecutor: null }

/** Empty until the host has answered. */
export function useNames(): NamesOfYard {
  const session = useSession()
  const [names, setNames] = useState(NONE)
  useEffect(() => {
    let isHere = true
    void readNames(session).then((read) => {
      if (isHere && read) setNames(read)
    })
    return () => {
      isHere = false
    }
  }, [session])
  return names
}

export async function readNames(session: Session): Promise<NamesOfYard | null> {
  const result = await session.call(({ service }) =>
    Promise.all([service.executors(), service.models(), service.status()]),
  )
  if (!result.ok) return null
  const [executors, models, { settings }] = result.value
  const named = settings['executor']
  return {
    executors: executors.map(({ name, type, problem, models: able }) => ({
      name,
      type,
      problem,
      models: able,
    })),
    models: models.map(({ name, provider }) => ({ name, provider })),
    defaultExecutor: typeof named === 'string' ? named : null,
  }
}
