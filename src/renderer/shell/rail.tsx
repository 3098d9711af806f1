/** The way between the screens. Only what needs a person is coloured. */
import {
  Bell,
  Bot,
  Box,
  CalendarClock,
  Gauge,
  IdCard,
  List,
  Mail,
  type LucideIcon,
  SlidersHorizontal,
  SquareTerminal,
  Workflow,
} from 'lucide-react'
import { useYard } from '../model/session/session-context.tsx'
import { capital, countText } from '../ui/format.ts'
import {
  carried,
  currentRoute,
  formatRoute,
  HOME,
  SCREENS,
  type Screen,
  useIsNarrow,
  useIsWide,
  useRoute,
} from '../model/route.ts'
import { usePreferences } from '../model/preferences.ts'

const ICONS: Readonly<Record<Screen, LucideIcon>> = {
  graph: Workflow,
  tasks: List,
  agents: Bot,
  attention: Bell,
  messages: Mail,
  evaluations: Gauge,
  models: Box,
  executors: SquareTerminal,
  identities: IdCard,
  schedule: CalendarClock,
  settings: SlidersHorizontal,
}

/** `attention`: how many things need the person. */
export function Rail({ attention }: { readonly attention: number }) {
  const isOpen = useRailOpen()
  const counts: Partial<Record<Screen, number>> = {
    tasks: useYard((view) => view.tasks.size),
    agents: useYard((view) => view.agents.size),
    attention,
    messages: useYard((view) => view.summary?.mail.open ?? 0),
  }
  return (
    <nav
      className="rail flex flex-col"
      data-open={isOpen}
      data-region
      tabIndex={-1}
      aria-label="Screens"
    >
      {SCREENS.map((screen) => (
        <RailLink key={screen} to={screen} count={counts[screen] ?? 0} />
      ))}
    </nav>
  )
}

function RailLink({ to, count }: { readonly to: Screen; readonly count: number }) {
  const route = useRoute()
  const Icon = ICONS[to]
  const word = capital(to)
  const isHot = to === 'attention'
  const { task, tab } = carried(route, to, useIsNarrow())
  return (
    <a
      href={formatRoute({ ...HOME, screen: to, task, tab })}
      title={word}
      aria-current={route.screen === to ? 'page' : undefined}
      onClick={(event) => {
        // The filters of the screen that one is on stay.
        if (currentRoute().screen === to) event.preventDefault()
      }}
    >
      <Icon size={16} strokeWidth={1.5} aria-hidden="true" />
      <span className="rail-word">{word}</span>
      {count > 0 && (
        <span className="rail-count ml-auto" data-hot={isHot}>
          {countText(count)}
          <span className="visually-hidden">{isHot ? ' need you' : ''}</span>
        </span>
      )}
    </a>
  )
}

/** The rail stands open on a wide window unless the inspector needs the room on the graph, or the person chose. */
export function useRailOpen(): boolean {
  const chosen = usePreferences((preferences) => preferences.isRailOpen)
  const { screen, task } = useRoute()
  const isWide = useIsWide()
  return chosen ?? (isWide && !(screen === 'graph' && task !== null))
}
