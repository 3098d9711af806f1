/** What only the graph can do: its camera, its lights and folds, finding in it, linking on it, pictures of it. */
import { useSession, useYard } from '../../model/session/session-context.tsx'
import type { Session } from '../../model/session/session.ts'
import { type CommandHandlers, useCommands } from '../../actions/commands.ts'
import { toFilter } from '../../model/filter.ts'
import { getShownTime } from '../../model/shown-time.ts'
import { getPreferences, setPreferences } from '../../model/preferences.ts'
import { currentRoute } from '../../model/route.ts'
import { getSelection, selectTasks, subjectTasks } from '../../model/selection.ts'
import { canvasScene, zoomToAll, focusCanvas, zoomBy, zoomTo } from '../canvas/camera.ts'
import { getGraphView, setGraphView, useGraphView } from '../canvas/view-state.ts'
import { removeEdge } from './dependency-rules.ts'
import { showToast } from '../../model/toasts.ts'
import { moveNodes } from './move-nodes.ts'

const PAST = 'The past is read-only'

/** `layOutAnew`: a full layout, which gives back what was moved by hand. */
export function useGraphCommands(layOutAnew: () => void): void {
  const session = useSession()
  const hasTasks = useYard((view) => view.tasks.size > 0)
  useCommands({
    ...camera,
    ...lights,
    ...folds(session),
    'task.link': linkAs('add'),
    'task.unlink': linkAs('remove'),
    find: () => setGraphView({ find: getGraphView().find ?? { query: '', index: 0 } }),
    minimap: () => setPreferences({ isMinimapOpen: !getPreferences().isMinimapOpen }),
    'select.all': { run: selectShown, blocked: () => (hasTasks ? null : 'There are no tasks') },
    tidy: { run: () => tidy(session, layOutAnew), blocked: () => (getShownTime() ? PAST : null) },
    ...pictures(session),
  })
}

function tidy(session: Session, layOutAnew: () => void): void {
  layOutAnew()
  const chosen = [...session.yard.getState().positions.keys()]
  if (chosen.length === 0) return
  const moves = Object.fromEntries(chosen.map((id) => [id, null] as const))
  void moveNodes(session, moves, { label: 'Tidied the layout', isLoud: true })
}

const ZOOM_STEP = 1.2

const camera: CommandHandlers = {
  'zoom.in': () => zoomBy(ZOOM_STEP),
  'zoom.out': () => zoomBy(1 / ZOOM_STEP),
  'zoom.fit': () => zoomToAll(),
  'zoom.full': () => zoomTo(1),
}

const NEXT_FOCUS = { none: 'reach', reach: 'only', only: 'none' } as const

const NEXT_CRITICAL_PATH = { rails: 'lit', lit: 'off', off: 'rails' } as const

const lights: CommandHandlers = {
  focus: {
    run: () => setGraphView({ focus: NEXT_FOCUS[getGraphView().focus] }),
    blocked: () =>
      getSelection().ids.size === 0 && getGraphView().focus === 'none'
        ? 'Choose a task first'
        : null,
  },
  'main-line': () =>
    setGraphView({ criticalPath: NEXT_CRITICAL_PATH[getGraphView().criticalPath] }),
}

const folds = (session: Session): CommandHandlers => ({
  'fold.finished': () => setGraphView({ foldFinished: !getGraphView().foldFinished }),
  'fold.group': {
    run: () => {
      const tags = tagsToFold(session)
      const folded = new Set(getGraphView().foldedTags)
      const isFolded = tags.every((tag) => folded.has(tag))
      for (const tag of tags) {
        if (isFolded) folded.delete(tag)
        else folded.add(tag)
      }
      setGraphView({ foldedTags: folded })
    },
    blocked: () => (tagsToFold(session).length === 0 ? 'No tasks share a tag' : null),
  },
})

/** The tags of the chosen tasks; without any, all that two tasks share, and those that are folded. */
function tagsToFold(session: Session): readonly string[] {
  const { tasks } = session.yard.getState()
  const chosen = subjectTasks().flatMap((id) => tasks.get(id)?.tags ?? [])
  if (chosen.length > 0) return [...new Set(chosen)]
  const counts = new Map<string, number>()
  for (const { tags } of tasks.values())
    for (const tag of tags) counts.set(tag, (counts.get(tag) ?? 0) + 1)
  const shared = [...counts].filter(([, count]) => count > 1).map(([tag]) => tag)
  return [...new Set([...shared, ...getGraphView().foldedTags])]
}

const linkAs = (how: 'add' | 'remove'): CommandHandlers[string] => ({
  run: () => setGraphView({ linkCard: { how, ids: subjectTasks() } }),
  blocked: () =>
    getShownTime() ? PAST : subjectTasks().length === 0 ? 'Choose a task first' : null,
})

/** What the filter lets through and is not folded away. */
function selectShown(): void {
  const filter = toFilter(currentRoute().filters['q'] ?? '')
  const ids = [...canvasScene().nodes.values()].flatMap(({ card, id }) =>
    card && (filter?.(card) ?? true) ? [id] : [],
  )
  const { focusId } = getSelection()
  selectTasks(ids, { focusId: focusId ?? ids[0] ?? null })
  focusCanvas()
}

async function exportPicture(session: Session, format: 'svg' | 'png'): Promise<void> {
  try {
    await (await import('./picture-png.ts')).exportPicture(session, format)
  } catch {
    showToast('Not exported: this part of the page could not be loaded.', { kind: 'error' })
  }
}

const pictures = (session: Session): CommandHandlers => {
  const blocked = (): string | null =>
    canvasScene().nodes.size === 0 ? 'There is nothing to draw' : null
  return {
    'yard.export-svg': { run: () => void exportPicture(session, 'svg'), blocked },
    'yard.export-png': { run: () => void exportPicture(session, 'png'), blocked },
  }
}

/** ⌫ means the chosen edge while there is one, whatever tasks are chosen. */
export function useEdgeCommands(): void {
  const session = useSession()
  const chosen = useGraphView(({ chosenEdge }) => chosenEdge)
  const remove = {
    run: () => void removeEdge(session, chosen ?? ''),
    blocked: () => (getShownTime() ? PAST : null),
  }
  useCommands({ 'task.delete': remove, 'task.unlink': remove })
}
