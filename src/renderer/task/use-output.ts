/** The live output of one agent: read again whenever the host says that there is more of it, never by polling. */
import { useEffect, useRef, useState } from 'react'
import { useSession, useYard } from '../session/session-context.tsx'
import {
  nothingShown,
  openOutputReader,
  type OutputReader,
  type OutputShown,
} from './output-reader.ts'

/** parsed: what it said and did. raw: its stdout, as it is. errors: its stderr. */
export type OutputKind = 'parsed' | 'raw' | 'errors'

/** The arguments of one component's life must stay the same: others are another component. */
export function useOutput(agentId: string, kind: OutputKind, tailBytes: number): OutputShown {
  const session = useSession()
  const [shown, setShown] = useState(nothingShown)
  const reader = useRef<OutputReader | null>(null)
  const news = useYard((view) => {
    const agent = view.agents.get(agentId)
    return agent ? `${agent.status} ${agent.outputBytes} ${agent.lastHeardAt}` : 'ended'
  })
  useEffect(() => {
    const current = openOutputReader({
      tailBytes,
      onShown: setShown,
      async read(window) {
        const isRaw = kind !== 'parsed'
        const stream = kind === 'errors' ? 'stderr' : 'stdout'
        const input = { id: agentId, ...window, raw: isRaw, stream } as const
        const result = await session.call((client) => client.agent.output(input))
        return result.ok ? result.value : null
      },
    })
    reader.current = current
    current.more()
    return () => current.close()
  }, [session, agentId, kind, tailBytes])
  // oxlint-disable-next-line react/exhaustive-effect-dependencies -- news of the agent is the reason to read on
  useEffect(() => reader.current?.more(), [news])
  return shown
}
