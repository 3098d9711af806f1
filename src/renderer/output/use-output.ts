/** The output of one agent: read again whenever the host says that there is more of it, never by polling. */
import { useEffect, useMemo, useState } from 'react'
import { useConnection, useSession, useYard } from '../model/session/session-context.tsx'
import { linkBlocks, type OutputBlock } from './fold-output.ts'
import {
  nothingShown,
  openOutputReader,
  type OutputReader,
  type OutputShown,
} from './output-reader.ts'
import type { Problem } from '../model/session/problem.ts'

/** parsed: what it said and did. raw: what its program wrote, byte for byte. errors: its stderr alone. */
export const OUTPUT_KINDS = ['parsed', 'raw', 'errors'] as const
export type OutputKind = (typeof OUTPUT_KINDS)[number]

export interface LiveOutput {
  readonly shown: OutputShown
  readonly blocks: readonly OutputBlock[]
  /** Why it could not be read last; null = it could. */
  readonly problem: Problem | null
  readonly reader: OutputReader
}

/** The arguments of one component's life must stay the same: others are another component. */
export function useOutput(agentId: string, kind: OutputKind): LiveOutput {
  const session = useSession()
  const isLive = useConnection().kind === 'live'
  const [shown, setShown] = useState(nothingShown)
  const [problem, setProblem] = useState<Problem | null>(null)
  const [reader] = useState<OutputReader>(() =>
    openOutputReader({
      onShown: setShown,
      now: () => Date.now(),
      async read(window) {
        const stream = kind === 'errors' ? 'stderr' : 'merged'
        const input = { id: agentId, ...window, raw: kind !== 'parsed', stream } as const
        const result = await session.call((client) => client.agent.output(input))
        setProblem(result.ok ? null : result.error)
        return result.ok ? result.value : null
      },
    }),
  )
  const news = useYard((view) => {
    const agent = view.agents.get(agentId)
    return agent ? `${agent.status} ${agent.outputBytes} ${agent.lastHeardAt}` : 'ended'
  })
  useEffect(() => () => reader.close(), [reader])
  useEffect(() => {
    if (isLive) reader.more()
    // oxlint-disable-next-line react/exhaustive-effect-dependencies -- news of the agent and a new connection are the reasons to read on
  }, [news, isLive, reader])
  const blocks = useMemo(
    () => linkBlocks(shown.pieces.map((piece) => piece.blocks)),
    [shown.pieces],
  )
  return { shown, blocks, problem, reader }
}
