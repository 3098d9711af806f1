/** The menu under the pointer: what can be done to the task, the dependency or the place that lies there. From the registry, as everywhere. */
import { useEffect } from 'react'
import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import type { Session } from '../../model/session/session.ts'
import { useSession } from '../../model/session/session-context.tsx'
import { getSelection, selectTasks } from '../../model/selection.ts'
import { navigate } from '../../model/route.ts'
import { getShownTime, historyReason } from '../../model/shown-time.ts'
import { showToast } from '../../model/toasts.ts'
import { ContextMenu } from '../../ui/popups.tsx'
import type { MenuEntry, MenuPoint } from '../../ui/popup-parts.tsx'
import { subjectOf, type Action } from '../action.ts'
import { BULK_COMMANDS } from './bulk-bar.tsx'
import { CommandKey, commandEntry } from '../key-hint.tsx'
import { factsOf, perform } from '../perform.ts'
import { openQuickAdd } from '../quick-add.ts'
import { actionsFor, TASK_COMMANDS } from '../registry.ts'
import { entryOf, withCommon } from './task-buttons.tsx'
import { editDependencies } from '../task/edit.ts'

/** What lies under the pointer. */
export type MenuSubject =
  | { readonly kind: 'task'; readonly id: string }
  | { readonly kind: 'dependency'; readonly blocker: string; readonly dependent: string }
  /** `place`: there, in canvas units. */
  | { readonly kind: 'canvas'; readonly place: { readonly x: number; readonly y: number } }

interface Shown {
  readonly at: MenuPoint
  readonly subject: MenuSubject
}
const store = createStore<{ readonly shown: Shown | null }>(() => ({ shown: null }))

interface OpenEvent {
  readonly clientX: number
  readonly clientY: number
  preventDefault(): void
}

/** A task that is not among the chosen ones is chosen, so that the eye sees what the menu means. */
export function openContextMenu(event: OpenEvent, subject: MenuSubject): void {
  event.preventDefault()
  if (subject.kind === 'task' && !getSelection().ids.has(subject.id)) selectTasks([subject.id])
  store.setState({ shown: { at: { x: event.clientX, y: event.clientY }, subject } })
}

/** Rows of lists name their task in `data-task`, nodes of the graph in `data-id`. By the keyboard the menu opens at its place in them. */
function onContextMenu(event: MouseEvent): void {
  const { target } = event
  if (event.defaultPrevented || !(target instanceof Element) || wantsOwnMenu(target)) return
  const row = target.closest<HTMLElement>('[data-task]')
  const placed = row ?? placedIn(target)
  const id = placed?.dataset['task'] ?? placed?.dataset['id']
  if (!placed || id === undefined) return
  const { left, bottom } = placed.getBoundingClientRect()
  event.preventDefault()
  openContextMenu(row ? event : { clientX: left, clientY: bottom, preventDefault: () => {} }, {
    kind: 'task',
    id,
  })
}

/** The browser's own: fields, links, and text that is marked to be copied. */
const wantsOwnMenu = (target: Element): boolean =>
  target.closest('input, textarea, a') !== null || document.getSelection()?.isCollapsed === false

/** What the keyboard stands on, in a list or a graph that has the focus itself. */
function placedIn(target: Element): HTMLElement | null {
  const name = target.getAttribute('aria-activedescendant')
  return name === null
    ? null
    : (document.getElementById(name)?.closest<HTMLElement>(PLACED) ?? null)
}

const PLACED = '[data-task], .react-flow__node'

/** Stands once in the window. */
export function TaskContextMenu() {
  const session = useSession()
  const shown = useStore(store, (state) => state.shown)
  useEffect(() => {
    addEventListener('contextmenu', onContextMenu)
    return () => removeEventListener('contextmenu', onContextMenu)
  }, [])
  return (
    <ContextMenu
      at={shown?.at ?? null}
      entries={shown === null ? [] : entriesFor(session, shown.subject)}
      onClose={() => store.setState({ shown: null })}
    />
  )
}

/** Exported for its test. */
export function entriesFor(session: Session, subject: MenuSubject): readonly MenuEntry[] {
  switch (subject.kind) {
    case 'task':
      return getSelection().ids.size > 1 ? bulkEntries() : taskEntries(session, subject.id)
    case 'dependency':
      return dependencyEntries(session, subject)
    case 'canvas':
      return [
        {
          label: 'Add a task here',
          blocked: historyReason(),
          onSelect: () => openQuickAdd({ place: subject.place }),
        },
        ...['paste', 'select.all', 'zoom.fit', 'fold.finished', 'tidy'].map(commandEntry),
      ]
  }
}

function taskEntries(session: Session, id: string): readonly MenuEntry[] {
  const card = session.yard.getState().tasks.get(id)
  if (!card) return []
  const subject = subjectOf(session, card)
  const actions = getShownTime() ? [] : actionsFor(subject)
  return withCommon([
    ...['task.open', 'task.output', 'task.changes'].map(commandEntry),
    { kind: 'line' },
    ...actions.map((action) => ({
      ...entryOf(action, subject, factsOf(session), () => perform(session, action, [subject])),
      note: <CommandKey id={commandIdOf(action)} />,
    })),
    { kind: 'line' },
    ...['task.rename', 'task.executor', 'task.model', 'task.link', 'task.unlink'].map(commandEntry),
  ])
}

const bulkEntries = (): readonly MenuEntry[] => BULK_COMMANDS.map(([id]) => commandEntry(id))

function dependencyEntries(
  session: Session,
  { blocker, dependent }: Extract<MenuSubject, { kind: 'dependency' }>,
): readonly MenuEntry[] {
  const { tasks } = session.yard.getState()
  const open = (id: string): MenuEntry => ({
    label: `Open “${tasks.get(id)?.title ?? id}”`,
    onSelect: () => {
      selectTasks([id])
      navigate({ task: id })
    },
  })
  const remove = async (): Promise<void> => {
    const problem = await editDependencies(session, 'remove', [{ blocker, dependent }])
    if (problem) showToast(problem.message, { kind: 'error' })
  }
  return [
    open(blocker),
    open(dependent),
    { kind: 'line' },
    {
      label: 'Remove this dependency',
      look: 'danger',
      blocked: historyReason(),
      onSelect: () => void remove(),
    },
  ]
}

/** The command that carries it out; a few actions have none. */
const commandIdOf = ({ id }: Action): string =>
  TASK_COMMANDS.find(({ actions }) => actions.some((action) => action.id === id))?.id ?? ''
