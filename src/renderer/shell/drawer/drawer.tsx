/** What has happened, and what went wrong: the journal, the service's own log, problems. */
import { X } from 'lucide-react'
import { Button } from '../../ui/button.tsx'
import { Tabs } from '../../ui/tabs.tsx'
import { setPreferences, usePreferences } from '../../model/preferences.ts'
import { JournalList } from './journal-list.tsx'
import { ProblemList } from './problem-list.tsx'
import './drawer.css'
import { useEffect, useRef } from 'react'
import { CopyText } from '../../components/copy-text.tsx'
import { useAnswer } from '../../model/use-answer.ts'
import { useVirtualRows } from '../../ui/virtual-rows.ts'
import { EmptyNote } from '../../ui/screen.tsx'

const TABS = [
  ['journal', 'Journal'],
  ['log', 'Service log'],
  ['problems', 'Problems'],
] as const

const PANELS = { journal: JournalList, log: ServiceLog, problems: ProblemList }

export function Drawer() {
  const tab = usePreferences((preferences) => preferences.drawerTab)
  const Panel = PANELS[tab]
  return (
    <div className="drawer-content flex flex-col flex-1 min-h-0">
      <Tabs
        tabs={TABS}
        current={tab}
        onChange={(drawerTab) => setPreferences({ drawerTab })}
        label="Journal and log"
      >
        <Panel />
      </Tabs>
      <Button
        icon={X}
        look="quiet"
        className="drawer-close"
        aria-label="Close the journal"
        onClick={() => setPreferences({ isDrawerOpen: false })}
      />
    </div>
  )
}

const EVERY_MS = 3000
const ROW = 20

/** The end of the service's own log file. */
function ServiceLog() {
  const { value: log, problem } = useAnswer(({ page }) => page.serviceLog(), { everyMs: EVERY_MS })
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
    <div className="flex flex-col flex-1 min-h-0">
      <p className="service-log-path flex items-center gap-2 text-11 text-text-2">
        <CopyText text={log.path} />
        {problem !== null && <span className="text-failed">{problem.message}</span>}
      </p>
      <div
        ref={scroller}
        className="service-log-lines flex-1 min-h-0"
        role="log"
        aria-label="Service log"
        tabIndex={0}
      >
        <div style={{ height: total, position: 'relative' }}>
          {items.map(({ index, top }) => (
            <code
              key={index}
              className="service-log-line text-11"
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
