/** What can be done to the chosen tasks from anywhere: graph, lists, palette and menus run the same commands. */
import { shellWord } from '../../base/text.ts'
import type { Attention, TaskCard } from '../../contract/view.ts'
import type { Session } from '../model/session/session.ts'
import { useSession } from '../model/session/session-context.tsx'
import { type CommandHandler, type CommandHandlers, useCommands } from './commands.ts'
import { historyReason } from '../model/shown-time.ts'
import { openQuickAdd } from './quick-add.ts'
import { currentRoute, navigate, type TaskTab } from '../model/route.ts'
import { getSelection, selectTasks, subjectTasks, toggleTask } from '../model/selection.ts'
import { copyTasks, copyText, duplicateTasks, pasteTasks } from './transfer/clipboard.ts'
import { type Action, subjectOf } from './action.ts'
import { mergeAll, mergeAllBlocked } from './task/merge.ts'
import { perform } from './perform.ts'
import { TASK_COMMANDS, type TaskCommand } from './registry.ts'
import { useYardFiles } from './transfer/yard-files.ts'
import { type ChooserKind, openChooser } from './chosen-field.ts'
import { announce } from '../model/toasts.ts'

/** Mounted once, by the window. */
export function useTaskCommands(): void {
  const session = useSession()
  // The graph, the lists and the inspector know better what some of them mean there.
  useCommands(
    {
      ...addCommands(session),
      ...actionCommands(session),
      ...chooserCommands(session),
      ...viewCommands(session),
      ...editCommands(session),
    },
    { isFallback: true },
  )
  useYardFiles()
}

const NONE = 'Choose a task first'

const subjects = (session: Session): readonly TaskCard[] => {
  const { tasks } = session.yard.getState()
  return subjectTasks().flatMap((id) => tasks.get(id) ?? [])
}

/** A command over the chosen tasks; blocked when there are none, or in the past. */
const onSubjects = (
  session: Session,
  run: (cards: readonly TaskCard[]) => unknown,
  blocked: (cards: readonly TaskCard[]) => string | null = () => null,
): CommandHandler => ({
  run: () => void run(subjects(session)),
  blocked: () => {
    const cards = subjects(session)
    return historyReason() ?? (cards.length === 0 ? NONE : blocked(cards))
  },
})

const idsOf = (cards: readonly TaskCard[]): readonly string[] => cards.map(({ id }) => id)

const addCommands = (session: Session): CommandHandlers => ({
  'task.add': { run: () => openQuickAdd(), blocked: historyReason },
  'task.add-after': onSubjects(session, (cards) => openQuickAdd({ after: idsOf(cards) })),
  'task.add-before': onSubjects(session, (cards) => openQuickAdd({ before: idsOf(cards) })),
})

/** The actions of the registry, each on the chosen tasks that it fits. */
const actionCommands = (session: Session): CommandHandlers =>
  Object.fromEntries(TASK_COMMANDS.map((command) => [command.id, handlerFor(session, command)]))

function handlerFor(session: Session, command: TaskCommand): CommandHandler {
  const { actions, takes } = command
  const of = (cards: readonly TaskCard[]) => cards.map((card) => subjectOf(session, card))
  const fitting = (cards: readonly TaskCard[]): Action | undefined =>
    actions.find((action) => of(cards).some((subject) => action.blocked(subject) === null))
  const run = async (cards: readonly TaskCard[]): Promise<void> => {
    const first = fitting(cards)
    const wanted = takes === 'each' ? actions : first ? [first] : []
    let rest = of(cards)
    for (const action of wanted) {
      // Who leaves a question means none of what is left.
      if (!(await perform(session, action, rest))) return
      rest = rest.filter((subject) => action.blocked(subject) !== null)
    }
  }
  return {
    ...onSubjects(session, run, (cards) => {
      const [subject] = of(cards)
      return fitting(cards) || !subject ? null : (actions.at(-1)?.blocked(subject) ?? null)
    }),
    label: () => (actions.length > 1 ? (fitting(subjects(session))?.label ?? null) : null),
  }
}

function chooserCommands(session: Session): CommandHandlers {
  const choose = (kind: ChooserKind, blocked?: (cards: readonly TaskCard[]) => string | null) =>
    onSubjects(session, (cards) => openChooser({ kind, ids: idsOf(cards) }), blocked)
  return {
    'task.executor': choose('executor'),
    'task.model': choose('model'),
    'task.priority': choose('priority'),
    'task.tag': choose('tag'),
    'task.rename': choose('title', (cards) => (cards.length > 1 ? 'Choose one task' : null)),
    'task.link': choose('link'),
    'task.unlink': choose('unlink', (cards) =>
      cards.some(({ after }) => after.length > 0) ? null : 'It waits for nothing',
    ),
  }
}

/** What only looks or copies: in the past, too. */
function viewCommands(session: Session): CommandHandlers {
  const onIds = (run: (ids: readonly string[]) => unknown): CommandHandler => ({
    run: () => void run(subjectTasks()),
    blocked: () => (subjectTasks().length === 0 ? NONE : null),
  })
  const open = (tab?: TaskTab): CommandHandler =>
    onIds(([task = null]) => navigate({ task, ...(tab ? { tab } : {}) }))
  return {
    'task.open': open(),
    'task.why': open('overview'),
    'task.output': open('output'),
    'task.merge': open('changes'),
    'tasks.merge-all': {
      run: () => void mergeAll(session),
      blocked: () => mergeAllBlocked(session),
    },
    'attention.next': stepAttention(session, 1),
    'attention.previous': stepAttention(session, -1),
    'task.copy-id': onIds((ids) => copyText(ids.join(' '), 'id')),
    'task.copy-command': onIds((ids) => copyText(commandText(session, ids), 'command')),
  }
}

/** `yard show build --dir '/home/ada/atlas'`; ids need no quotes by their form. */
export function commandText(session: Session, ids: readonly string[]): string {
  const folder = session.yard.getState().summary?.folder ?? '.'
  return ids.map((id) => `yard show ${id} --dir ${shellWord(folder)}`).join('\n')
}

const editCommands = (session: Session): CommandHandlers => ({
  copy: onSubjects(session, (cards) => copyTasks(session, idsOf(cards))),
  duplicate: onSubjects(session, (cards) => duplicateTasks(session, idsOf(cards))),
  paste: { run: () => void pasteTasks(session), blocked: historyReason },
  'select.none': {
    run: () => selectTasks([]),
    blocked: () => (getSelection().ids.size === 0 ? 'Nothing is chosen' : null),
  },
  'select.toggle': {
    run: () => toggleTask(getSelection().focusId ?? ''),
    blocked: () => (getSelection().focusId === null ? NONE : null),
  },
  'select.all': () =>
    selectTasks(session.yard.getState().tasks.keys(), { focusId: currentRoute().task }),
})

/** Goes from one task that waits for a person to the next, in the order of the attention list, round and round. */
function stepAttention(session: Session, by: 1 | -1): CommandHandler {
  const waiting = (): ReadonlyMap<string, Attention> =>
    new Map(
      (session.yard.getState().summary?.attention ?? []).flatMap((item) =>
        item.task === null ? [] : [[item.task, item] as const],
      ),
    )
  return {
    run: () => {
      const items = waiting()
      const ids = [...items.keys()]
      const next = nextOf(ids, currentRoute().task, by)
      if (next === null) return
      selectTasks([next])
      navigate({ task: next, tab: tabOf(session, next, items.get(next)) })
      announce(`${ids.indexOf(next) + 1} of ${ids.length}. ${items.get(next)?.text ?? ''}`)
    },
    blocked: () => (waiting().size === 0 ? 'Nothing waits for you' : null),
  }
}

/** The one after `current`, or the first; the last when it goes back. */
export function nextOf(ids: readonly string[], current: string | null, by: 1 | -1): string | null {
  const at = current === null ? -1 : ids.indexOf(current)
  if (at < 0) return ids.at(by === 1 ? 0 : -1) ?? null
  return ids.at((at + by) % ids.length) ?? null
}

/** Where the answer is: what a failed one said, what was not merged, else why it waits. */
function tabOf(session: Session, id: string, item: Attention | undefined): TaskTab {
  if (session.yard.getState().tasks.get(id)?.status === 'failed') return 'output'
  return item?.kind === 'landing' ? 'changes' : 'overview'
}
