/** The way between the screens. Only what needs a person is coloured. */
import {
  Bell,
  Bot,
  Box,
  CalendarClock,
  List,
  SlidersHorizontal,
  SquareTerminal,
  Workflow,
  type LucideIcon,
} from 'lucide-react'
import { useYard } from '../model/session/session-context.tsx'
import { countText } from '../ui/format.ts'
import { carried, currentRoute, formatRoute, HOME, useRoute, type Screen } from '../model/route.ts'
import { useIsNarrow } from '../model/use-is-wide.ts'
import { useRailOpen } from './use-rail-open.ts'

interface Entry {
  readonly screen: Screen
  readonly word: string
  readonly icon: LucideIcon
}

const ENTRIES: readonly Entry[] = [
  { screen: 'graph', word: 'Graph', icon: Workflow },
  { screen: 'tasks', word: 'Tasks', icon: List },
  { screen: 'agents', word: 'Agents', icon: Bot },
  { screen: 'attention', word: 'Attention', icon: Bell },
  { screen: 'models', word: 'Models', icon: Box },
  { screen: 'executors', word: 'Executors', icon: SquareTerminal },
  { screen: 'schedule', word: 'Schedule', icon: CalendarClock },
]
const SETTINGS: Entry = { screen: 'settings', word: 'Settings', icon: SlidersHorizontal }

/** `attention`: how many things need the person. */
export function Rail({ attention }: { readonly attention: number }) {
  const isOpen = useRailOpen()
  const counts: Partial<Record<Screen, number>> = {
    tasks: useYard((view) => view.tasks.size),
    agents: useYard((view) => view.agents.size),
    attention,
  }
  return (
    <nav className="rail" data-open={isOpen} data-region tabIndex={-1} aria-label="Screens">
      {ENTRIES.map((entry) => (
        <RailLink key={entry.screen} entry={entry} count={counts[entry.screen] ?? 0} />
      ))}
      <span className="rail-space" />
      <RailLink entry={SETTINGS} count={0} />
    </nav>
  )
}

function RailLink({ entry, count }: { readonly entry: Entry; readonly count: number }) {
  const route = useRoute()
  const isNarrow = useIsNarrow()
  const { screen } = route
  const { icon: Icon, word } = entry
  const isHot = entry.screen === 'attention'
  const { task, tab } = carried(route, entry.screen, isNarrow)
  const hash = formatRoute({ ...HOME, screen: entry.screen, task, tab })
  return (
    <a
      href={hash}
      title={word}
      aria-current={screen === entry.screen ? 'page' : undefined}
      onClick={(event) => {
        // The filters of the screen that one is on stay.
        if (currentRoute().screen === entry.screen) event.preventDefault()
      }}
    >
      <Icon size={16} strokeWidth={1.5} aria-hidden="true" />
      <span className="rail-word">{word}</span>
      {count > 0 && (
        <span className="rail-count" data-hot={isHot}>
          {countText(count)}
          <span className="visually-hidden">{isHot ? ' need you' : ''}</span>
        </span>
      )}
    </a>
  )
}
