/** The output of one agent: read again whenever the host says that there is more of it, never by polling. */
import { useEffect, useEffectEvent, useMemo, useState } from 'react'
import type { AgentView } from '../../contract/view.ts'
import type { Problem } from '../model/session/problem.ts'
import { useConnection, useSession, useYard } from '../model/session/session-context.tsx'
import type { Session } from '../model/session/session.ts'
import { linkBlocks } from './fold-output.ts'
import { nothingShown, openOutputReader } from './output-reader.ts'

/** parsed: what it said and did. raw: what its program wrote, byte for byte. errors: its stderr alone. */
export type OutputKind = 'parsed' | 'raw' | 'errors'

const streamOf = (kind: OutputKind) => (kind === 'errors' ? 'stderr' : 'merged')

/** The arguments of one component's life must stay the same: others are another component. */
export function useOutput(agentId: string, kind: OutputKind) {
  const session = useSession()
  const isLive = useConnection().kind === 'live'
  const [shown, setShown] = useState(nothingShown)
  /** Why it could not be read last; null = it could. */
  const [problem, setProblem] = useState<Problem | null>(null)
  const [reader] = useState(() =>
    openOutputReader({
      onShown: setShown,
      now: () => Date.now(),
      async read(window) {
        const input = {
          id: agentId,
          ...window,
          raw: kind !== 'parsed',
          stream: streamOf(kind),
          withLines: true,
        } as const
        const result = await session.call((client) => client.agent.output(input))
        setProblem(result.ok ? null : result.error)
        return result.ok ? result.value : null
      },
      async lineAt(offset) {
        const found = await session.call(({ page }) =>
          page.outputLine({ id: agentId, offset, stream: streamOf(kind) }),
        )
        return found.ok ? found.value.line : null
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

/** Brings a line into sight when the address names one, and again whenever it names another. */
export function useLineOfAddress(
  agent: AgentView,
  line: number | null,
  onFound: (offset: number) => void,
): void {
  const goTo = useEffectEvent(onFound)
  const session = useSession()
  const isLive = useConnection().kind === 'live'
  useEffect(() => {
    if (line === null || !isLive) return undefined
    let isOver = false
    void session
      .call(({ page }) => page.outputLine({ id: agent.id, line }))
      .then((found) => {
        if (found.ok && !isOver) goTo(found.value.offset)
        return undefined
      })
    return () => {
      isOver = true
    }
  }, [session, agent.id, line, isLive])
}

/** Read at once. */
const DOWNLOAD_BYTES = 3_000_000

/** The whole file as it is; null when it could not be read to its end. */
export async function wholeOutput(
  session: Session,
  agentId: string,
  kind: OutputKind,
): Promise<Blob | null> {
  const pieces: Blob[] = []
  for (let from = 0; ;) {
    const read = await session.call(({ agent }) =>
      agent.output({
        id: agentId,
        from,
        maxBytes: DOWNLOAD_BYTES,
        raw: true,
        stream: streamOf(kind),
        encoding: 'base64',
      }),
    )
    if (!read.ok) return null
    const { text, next, isEnd } = read.value
    pieces.push(new Blob([Uint8Array.from(atob(text ?? ''), (byte) => byte.charCodeAt(0))]))
    if (isEnd || next <= from) return new Blob(pieces, { type: 'text/plain' })
    from = next
  }
}
