/** What can be done to the chosen tasks from anywhere: graph, lists, palette and menus run the same commands. */
import { shellWord } from '../../base/text.ts'
import type { TaskCard } from '../../contract/view.ts'
import type { Session } from '../model/session/session.ts'
import { useSession } from '../model/session/session-context.tsx'
import { useCommands, type CommandHandler, type CommandHandlers } from './commands.ts'
import { getShownTime } from '../model/shown-time.ts'
import { openQuickAdd } from './quick-add.ts'
import { currentRoute, navigate, type TaskTab } from '../model/route.ts'
import { getSelection, selectTasks, subjectTasks, toggleTask } from '../model/selection.ts'
import { abandonTasks, deleteTasks, doAct } from './send-acts.ts'
import { TASK_ACTS, type TaskAct } from './task-acts.ts'
import { completeTasks } from './complete-tasks.ts'
import { openChooser, type ChooserKind } from './choose/chooser-state.ts'
import { copyTasks, copyText, duplicateTasks, pasteTasks } from './transfer/clipboard.ts'
import { killAgents, livingAgents } from './kill-agents.ts'
import { mergeAll, mergeAllBlocked } from './merge-all.ts'
import { stepAttention } from './step-attention.ts'
import { useYardFiles } from './transfer/use-yard-files.ts'

/** Mounted once, by the window. */
export function useTaskCommands(): void {
  const session = useSession()
  const handlers = {
    ...addCommands(session),
    ...stateCommands(session),
    ...chooserCommands(session),
    ...lookCommands(session),
    ...editCommands(session),
  }
  // The graph, the lists and the inspector know better what some of them mean there.
  useCommands(handlers, { isFallback: true })
  useYardFiles()
}

const PAST = 'The past is read-only'
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
    if (getShownTime()) return PAST
    const cards = subjects(session)
    return cards.length === 0 ? NONE : blocked(cards)
  },
})

/** Fits when it fits one of them. */
const actOnSubjects = (session: Session, act: TaskAct): CommandHandler =>
  onSubjects(
    session,
    (cards) => doAct(session, act, cards),
    (cards) => (cards.some((card) => act.blocked(card) === null) ? null : reasonOf(act, cards)),
  )

const reasonOf = (act: TaskAct, cards: readonly TaskCard[]): string | null => {
  const [first] = cards
  return first ? act.blocked(first) : NONE
}

function addCommands(session: Session): CommandHandlers {
  return {
    'task.add': { run: () => openQuickAdd(), blocked: () => (getShownTime() ? PAST : null) },
    'task.add-after': onSubjects(session, (cards) =>
      openQuickAdd({ after: cards.map(({ id }) => id) }),
    ),
    'task.add-before': onSubjects(session, (cards) =>
      openQuickAdd({ before: cards.map(({ id }) => id) }),
    ),
  }
}

function stateCommands(session: Session): CommandHandlers {
  const { pause, resume, publish, retry, retryFresh } = TASK_ACTS
  return {
    'task.hold': onSubjects(
      session,
      (cards) => doAct(session, canPause(cards) ? pause : resume, cards),
      (cards) => (canPause(cards) ? null : reasonOf(resume, cards)),
    ),
    'task.publish': actOnSubjects(session, publish),
    'task.retry': actOnSubjects(session, retry),
    'task.retry-fresh': actOnSubjects(session, retryFresh),
    'task.kill': killCommand(session, false),
    'task.kill-restart': killCommand(session, true),
    'task.complete': onSubjects(
      session,
      (cards) => completeTasks(session, cards),
      (cards) => (cards.every(({ status }) => status === 'done') ? 'It is done already' : null),
    ),
    'task.abandon': onSubjects(
      session,
      (cards) =>
        abandonTasks(
          session,
          cards.filter(({ status }) => status !== 'abandoned'),
        ),
      (cards) =>
        cards.every(({ status }) => status === 'abandoned') ? 'It is abandoned already' : null,
    ),
    'task.delete': onSubjects(session, (cards) => deleteTasks(session, cards)),
  }
}

const canPause = (cards: readonly TaskCard[]): boolean =>
  cards.some((card) => TASK_ACTS.pause.blocked(card) === null)

const killCommand = (session: Session, again: boolean): CommandHandler =>
  onSubjects(
    session,
    (cards) => killAgents(session, livingAgents(session, cards), { again }),
    (cards) => (livingAgents(session, cards).length === 0 ? 'No agent works on it' : null),
  )

function chooserCommands(session: Session): CommandHandlers {
  const choose = (kind: ChooserKind, blocked?: (cards: readonly TaskCard[]) => string | null) =>
    onSubjects(session, (cards) => openChooser({ kind, ids: cards.map(({ id }) => id) }), blocked)
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

function lookCommands(session: Session): CommandHandlers {
  const open = (tab: TaskTab | null): CommandHandler => ({
    run: () => navigate({ task: subjectTasks()[0] ?? null, ...(tab ? { tab } : {}) }),
    blocked: () => (subjectTasks().length === 0 ? NONE : null),
  })
  return {
    'task.open': open(null),
    'task.why': open('overview'),
    'task.output': open('output'),
    'task.merge': open('changes'),
    'tasks.merge-all': {
      run: () => void mergeAll(session),
      blocked: () => mergeAllBlocked(session),
    },
    'attention.next': stepAttention(session, 1),
    'attention.previous': stepAttention(session, -1),
    'task.copy-id': {
      run: () => void copyText(subjectTasks().join(' '), 'id'),
      blocked: () => (subjectTasks().length === 0 ? NONE : null),
    },
    'task.copy-command': {
      run: () => void copyText(commandText(session, subjectTasks()), 'command'),
      blocked: () => (subjectTasks().length === 0 ? NONE : null),
    },
  }
}

/** `yard show build --dir '/home/ada/atlas'`; ids need no quotes by their form. */
export function commandText(session: Session, ids: readonly string[]): string {
  const folder = session.yard.getState().summary?.folder ?? '.'
  return ids.map((id) => `yard show ${id} --dir ${shellWord(folder)}`).join('\n')
}

function editCommands(session: Session): CommandHandlers {
  const ids = (cards: readonly TaskCard[]): readonly string[] => cards.map(({ id }) => id)
  return {
    copy: onSubjects(session, (cards) => copyTasks(session, ids(cards))),
    duplicate: onSubjects(session, (cards) => duplicateTasks(session, ids(cards))),
    paste: {
      run: () => void pasteTasks(session),
      blocked: () => (getShownTime() ? PAST : null),
    },
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
  }
}
