/** The end of the service's own log file. */
import { useCallback, useEffect, useRef, useState } from 'react'
import { useConnection, useSession } from '../../model/session/session-context.tsx'
import type { Problem } from '../../model/session/problem.ts'
import { Button } from '../../ui/button.tsx'
import { useVirtualRows } from '../../ui/virtual-rows.ts'
import { EmptyNote } from '../../ui/screen.tsx'

const EVERY_MS = 3000
const ROW = 20

interface Log {
  readonly path: string
  readonly lines: readonly string[]
}

export function ServiceLog() {
  const { log, problem } = useServiceLog()
  const scroller = useRef<HTMLDivElement>(null)
  const lines = log?.lines ?? []
  const { total, items } = useVirtualRows({
    scroller,
    count: lines.length,
    height: ROW,
    overscan: 20,
  })
  useFollow(scroller, lines)
  if (log === null) return problem === null ? null : <EmptyNote text={problem.message} />
  return (
    <div className="service-log">
      <p className="service-log-path">
        <code className="truncate">{log.path}</code>
        <CopyButton text={log.path} />
        {problem !== null && <span className="text-failed">{problem.message}</span>}
      </p>
      <div
        ref={scroller}
        className="service-log-lines"
        role="log"
        aria-label="Service log"
        tabIndex={0}
      >
        <div style={{ height: total, position: 'relative' }}>
          {items.map(({ index, top }) => (
            <code
              key={index}
              className="service-log-line"
              style={{ transform: `translateY(${top}px)` }}
            >
              {lines[index]}
            </code>
          ))}
        </div>
      </div>
      {lines.length === 0 && <EmptyNote text="The log is empty." />}
    </div>
  )
}

function CopyButton({ text }: { readonly text: string }) {
  const [word, setWord] = useState('Copy path')
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(text)
    setWord('Copied')
  }
  return (
    <Button look="quiet" onClick={() => void copy().catch(() => setWord('Not copied'))}>
      {word}
    </Button>
  )
}

function useServiceLog(): { readonly log: Log | null; readonly problem: Problem | null } {
  const session = useSession()
  const isLive = useConnection().kind === 'live'
  const [state, setState] = useState<{ log: Log | null; problem: Problem | null }>({
    log: null,
    problem: null,
  })
  const read = useCallback(() => session.call(({ page }) => page.serviceLog()), [session])
  useEffect(() => {
    if (!isLive) return undefined
    let isGone = false
    const take = async (): Promise<void> => {
      if (document.hidden) return
      const result = await read()
      if (isGone) return
      setState(({ log }) =>
        result.ok ? { log: result.value, problem: null } : { log, problem: result.error },
      )
    }
    void take()
    const timer = setInterval(() => void take(), EVERY_MS)
    return () => {
      isGone = true
      clearInterval(timer)
    }
  }, [read, isLive])
  return state
}

/** Stays at the end until somebody scrolls up. */
function useFollow(
  scroller: { readonly current: HTMLElement | null },
  lines: readonly string[],
): void {
  const isAtEnd = useRef(true)
  useEffect(() => {
    const element = scroller.current
    if (!element) return undefined
    const look = (): void => {
      isAtEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < 2 * ROW
    }
    if (isAtEnd.current) element.scrollTo({ top: element.scrollHeight })
    element.addEventListener('scroll', look, { passive: true })
    return () => element.removeEventListener('scroll', look)
    // oxlint-disable-next-line react/exhaustive-effect-dependencies -- new lines are the reason to follow
  }, [scroller, lines])
}
