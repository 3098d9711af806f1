/** What happened to a task, newest first, read back as far as somebody scrolls. ↵ shows the graph as it was then. */
import { useCallback, useEffect, useRef, useState } from 'react'
import type { TaskCard } from '../../contract/view.ts'
import type { TimelineRow } from '../../contract/page.ts'
import type { Problem } from '../model/session/problem.ts'
import { useConnection, useSession, useYard } from '../model/session/session-context.tsx'
import { Button } from '../ui/button.tsx'
import { instantText, instantTextIn } from '../ui/format.ts'
import { EmptyNote } from '../ui/screen.tsx'
import { ProblemNote } from '../components/problem-note.tsx'
import { Lamp } from '../components/status-badge.tsx'
import { currentRoute, navigate } from '../model/route.ts'
import { PlainText } from '../ui/plain-text.tsx'

const PAGE_ROWS = 100

interface Loaded {
  readonly rows: readonly TimelineRow[]
  readonly isEnd: boolean
}

export function Timeline({ card }: { readonly card: TaskCard }) {
  const { loaded, problem, isBusy, older, retry } = useTimeline(card)
  const when = instantTextIn(loaded?.rows.map(({ at }) => at) ?? [])
  return (
    <div className="panel" tabIndex={0} role="region" aria-label="Timeline">
      <ProblemNote problem={problem} onClose={retry} />
      {loaded?.rows.length === 0 && <EmptyNote text="Nothing has happened yet." />}
      <ol className="timeline">
        {loaded?.rows.map((row) => (
          <Row key={`${row.seq} ${row.event} ${row.text}`} row={row} when={when(row.at)} />
        ))}
      </ol>
      {loaded && !loaded.isEnd && (
        <Button isBusy={isBusy} onClick={older}>
          Show older
        </Button>
      )}
    </div>
  )
}

function Row({ row, when }: { readonly row: TimelineRow; readonly when: string }) {
  const show = (): void => {
    const { filters } = currentRoute()
    navigate({ screen: 'graph' })
    navigate({ filters: { ...(currentRoute().screen === 'graph' ? filters : {}), at: row.at } })
  }
  return (
    <li>
      <button type="button" onClick={show} title="Show the graph as it was then">
        <time dateTime={row.at}>{when}</time>
        <span className="timeline-lamp">{row.state !== null && <Lamp state={row.state} />}</span>
        <span className="timeline-text">
          <PlainText text={row.text} />
          {row.until !== null && (
            <span className="timeline-until">until {instantText(row.until)}</span>
          )}
        </span>
        <span className="timeline-by">
          {row.by} · seq {row.seq}
        </span>
      </button>
    </li>
  )
}

function useTimeline(card: TaskCard) {
  const session = useSession()
  const isLive = useConnection().kind === 'live'
  const [loaded, setLoaded] = useState<Loaded | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  const [isBusy, setBusy] = useState(false)
  const [round, setRound] = useState(0)
  const count = useRef(0)
  const fetches = useYard((view) => view.fetches)
  const { id } = card
  const load = useCallback(
    async (before: number | undefined, limit: number): Promise<Loaded | null> => {
      const input = before === undefined ? { id, limit } : { id, limit, before }
      const found = await session.call(({ page }) => page.timeline(input))
      setProblem(found.ok ? null : found.error)
      return found.ok ? found.value : null
    },
    [session, id],
  )
  useEffect(() => {
    let isStale = false
    const refresh = async (): Promise<void> => {
      const found = await load(undefined, Math.min(1000, Math.max(PAGE_ROWS, count.current)))
      if (found !== null && !isStale) setLoaded((known) => withNewest(known, found))
    }
    if (isLive) void refresh()
    return () => {
      isStale = true
    }
    // oxlint-disable-next-line react/exhaustive-effect-dependencies -- news of the task, the whole yard anew and a wish are reasons to ask again
  }, [load, isLive, card, fetches, round])
  useEffect(() => {
    count.current = loaded?.rows.length ?? 0
  }, [loaded])
  const older = async (): Promise<void> => {
    setBusy(true)
    const found = await load(loaded?.rows.at(-1)?.seq, PAGE_ROWS)
    setBusy(false)
    if (found)
      setLoaded((known) => ({ rows: [...(known?.rows ?? []), ...found.rows], isEnd: found.isEnd }))
  }
  const retry = (): void => setRound((number) => number + 1)
  return { loaded, problem, isBusy, older: () => void older(), retry }
}

/** The newest rows anew, with what is older than they from before. */
function withNewest(known: Loaded | null, found: Loaded): Loaded {
  const last = found.rows.at(-1)?.seq
  const older = known?.rows.filter((row) => last !== undefined && row.seq < last) ?? []
  return older.length === 0
    ? found
    : { rows: [...found.rows, ...older], isEnd: known?.isEnd ?? true }
}
