/** Goes where an entry leads, or does what it says. */
import { runCommand } from '../../actions/commands.ts'
import { getPreferences, setPreferences } from '../../model/preferences.ts'
import { currentRoute, navigate } from '../../model/route.ts'
import { selectTasks } from '../../model/selection.ts'
import type { Entry } from './find-entries.ts'

const REMEMBERED = 20

export function followEntry(entry: Entry): void {
  switch (entry.kind) {
    case 'command': {
      const rest = getPreferences().recentCommands.filter((id) => id !== entry.id)
      setPreferences({ recentCommands: [entry.id, ...rest].slice(0, REMEMBERED) })
      runCommand(entry.id)
      return
    }
    case 'task':
      openTask(entry.id)
      return
    case 'agent':
      navigate({ task: entry.agent.task, tab: 'output', agent: entry.id })
      return
    case 'tag':
      navigate({ screen: withTasks(), filters: { q: `tag:${entry.id}` } })
      return
    case 'time':
      navigate({ screen: 'graph', filters: { at: entry.id } })
  }
}

function openTask(id: string): void {
  navigate({ screen: withTasks(), task: id })
  selectTasks([id], { open: true })
}

/** The screen one is on, if it shows tasks; else the graph. */
function withTasks(): 'graph' | 'tasks' {
  return currentRoute().screen === 'tasks' ? 'tasks' : 'graph'
}
