/** The window of an open yard: title bar, rail, a screen, the inspector, the drawer, the status bar. */
import { useEffect } from 'react'
import { useJudgeCommands } from '../actions/check-judge.ts'
import { useAgentCommands } from '../actions/task/agents.ts'
import { useAttentionCount } from '../screens/attention/snooze.ts'
import { useTaskCommands } from '../actions/use-task-commands.ts'
import { Banners, StatusBar } from './status.tsx'
import { GraphScreen } from '../graph/canvas/graph-screen.tsx'
import { useConnection, useSession, useYard } from '../model/session/session-context.tsx'
import { TimeStrip } from './time/time-strip.tsx'
import { setPreferences, usePreferences } from '../model/preferences.ts'
import { hasTasks, type Screen, useRoute } from '../model/route.ts'
import { followRoute, useSelection } from '../model/selection.ts'
import { InspectorFrame } from './inspector-frame.tsx'
import { Overlays } from './overlays.tsx'
import { Drawer, SCREEN_PARTS, usePreload } from './parts.tsx'
import { Rail } from './rail.tsx'
import { TitleBar } from './title-bar.tsx'
import { useFrameCommands } from './use-frame-commands.ts'
import { useKeyboard } from './use-keyboard.ts'
import { announce, interrupt, takeBack } from '../model/toasts.ts'
import { needsYouText, newAttention, newsBetween, newsText, NO_NEWS } from './news.ts'
import { runCommand, useCommands } from '../actions/commands.ts'
import { DragEdge } from './drag-edge.tsx'
import { Button } from '../ui/button.tsx'
import { offerList, openQuickAdd } from '../actions/quick-add.ts'
import { capital } from '../ui/format.ts'
import { CommandKey } from '../actions/key-hint.tsx'

export function YardWindow() {
  useFrameCommands()
  useTaskCommands()
  useAgentCommands()
  useJudgeCommands()
  useAnnouncements()
  useKeyboard()
  useRegions()
  usePreload()
  const attention = useAttentionCount()
  const isLive = useConnection().kind === 'live'
  const { screen, task } = useRoute()
  useEffect(() => followRoute(task), [task])
  const isManyChosen = useSelection(({ ids }) => ids.size > 1)
  const isInspectorOpen = usePreferences((preferences) => preferences.isInspectorOpen)
  const isDrawerOpen = usePreferences((preferences) => preferences.isDrawerOpen)
  return (
    <div className="window" data-live={isLive}>
      <TitleBar />
      <Rail attention={attention} />
      <main
        className="stage flex flex-col min-w-0 min-h-0"
        data-region
        tabIndex={-1}
        aria-label={capital(screen)}
      >
        <Banners />
        <CurrentScreen screen={screen} />
        {isDrawerOpen && <DrawerFrame />}
      </main>
      {(task !== null || (hasTasks(screen) && (isManyChosen || isInspectorOpen))) && (
        <InspectorFrame />
      )}
      <StatusBar attention={attention} />
      <Overlays />
    </div>
  )
}

function CurrentScreen({ screen }: { readonly screen: Screen }) {
  const isEmpty = useYard((view) => view.tasks.size === 0)
  const isTimeOpen = usePreferences(
    (preferences) => preferences.isTimeOpen && !preferences.isDrawerOpen,
  )
  if (screen !== 'graph') {
    const Shown = SCREEN_PARTS[screen]
    return <Shown />
  }
  return isEmpty ? <EmptyYard /> : <GraphScreen footer={isTimeOpen ? <TimeStrip /> : null} />
}

/** News for a screen reader: merged every five seconds; only what needs the person, and a lost service, interrupt. */
const EVERY_MS = 5000

export function useAnnouncements(): void {
  const session = useSession()
  useEffect(() => {
    let news = NO_NEWS
    let timer: ReturnType<typeof setTimeout> | null = null
    const tell = (): void => {
      timer = null
      const text = newsText(news)
      news = NO_NEWS
      if (text !== '') announce(text)
    }
    const stopYard = session.yard.subscribe((now, before) => {
      // The first snapshot is no news.
      if (before.seq < 0) return
      const needs = newAttention(before.summary, now.summary)
      if (needs.length > 0) interrupt(needsYouText(needs))
      if (now.tasks === before.tasks) return
      news = newsBetween(before.tasks, now.tasks, news)
      if (newsText(news) !== '') timer ??= setTimeout(tell, EVERY_MS)
    })
    const stopLink = session.connection.subscribe(({ kind }, before) => {
      if (kind === 'lost' && before.kind === 'live')
        interrupt('The service does not answer. Your agents go on.')
      if (kind === 'live' && before.kind === 'lost') {
        takeBack()
        announce('The service answers again.')
      }
    })
    return () => {
      stopYard()
      stopLink()
      if (timer) clearTimeout(timer)
    }
  }, [session])
}

/** F6 and ⇧F6 go round the regions of the window. */
export function useRegions(): void {
  useCommands({ 'region.next': () => step(1), 'region.previous': () => step(-1) })
}

function step(by: 1 | -1): void {
  const regions = [...document.querySelectorAll<HTMLElement>('[data-region]')]
  const current = regions.findIndex((region) => region.contains(document.activeElement))
  const next = regions.at((current + by + (current < 0 && by < 0 ? 1 : 0)) % regions.length)
  if (!next) return
  const first = next.querySelector<HTMLElement>(
    'a[href], button:not(:disabled, .skip-link), input, [tabindex="0"]',
  )
  ;(first ?? next).focus()
}

/** Where the journal stands: under the screen, up to three fifths of the window. */
const LEAST = 120

export function DrawerFrame() {
  const height = usePreferences((preferences) => preferences.drawerHeight)
  return (
    <section
      className="drawer flex flex-col min-h-0"
      aria-label="Journal and log"
      data-region
      tabIndex={-1}
      style={{ height }}
    >
      <DragEdge
        label="Height of the journal"
        className="drawer-edge"
        side="top"
        size={height}
        least={LEAST}
        most={Math.round(innerHeight * 0.6)}
        onSize={(drawerHeight) => setPreferences({ drawerHeight })}
      />
      <Drawer />
    </section>
  )
}

/** A yard without tasks: what to do first. */
export function EmptyYard() {
  return (
    <div
      className="notice-page"
      onDoubleClick={({ clientX, clientY }) => openQuickAdd({ at: { x: clientX, y: clientY } })}
    >
      <svg className="ghost-track" viewBox="0 0 420 60" aria-hidden="true">
        <path d="M110 30H155M265 30H310" />
        <rect x="1" y="6" width="108" height="48" rx="8" />
        <rect x="156" y="6" width="108" height="48" rx="8" />
        <rect x="311" y="6" width="108" height="48" rx="8" />
      </svg>
      <h1>Draw the first task</h1>
      <p>
        Double-click, or press <CommandKey id="task.add" />. Then drag from one task to the next to
        put them in order.
      </p>
      <div className="flex gap-2">
        <Button look="main" icon="plus" onClick={() => openQuickAdd()}>
          Add a task
        </Button>
        <Button onClick={() => runCommand('yard.import')}>Import a graph</Button>
        <Button onClick={() => offerList({ text: '' })}>Paste a list</Button>
      </div>
    </div>
  )
}
