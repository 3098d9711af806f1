/** What can be done to tasks: when, with what words, and how it is taken back. Used by the inspector, the lists, the graph and the palette alike. */
import type { TaskCard } from '../../contract/view.ts'
import type { TaskChange } from '../../contract/task.ts'
import type { Edit, SendEdit } from './history.ts'

export interface TaskAct {
  readonly id: string
  readonly label: (cards: readonly TaskCard[]) => string
  /** Why it does not fit this task now; null = it fits. */
  readonly blocked: (card: TaskCard) => string | null
  readonly change: (card: TaskCard) => TaskChange
  /** Null: no other change takes it back. */
  readonly inverse: ((card: TaskCard) => TaskChange) | null
  /** `Paused 3 tasks` */
  readonly past: string
}

export const isFinishedCard = (card: TaskCard): boolean =>
  card.status === 'done' || card.status === 'failed' || card.status === 'abandoned'
const isHeld = (card: TaskCard): boolean => card.state === 'paused'

export const TASK_ACTS = {
  pause: {
    id: 'task.pause',
    label: () => 'Pause',
    blocked: (card) =>
      isFinishedCard(card) ? 'It has ended' : isHeld(card) ? 'It is paused already' : null,
    change: ({ id }) => ({ do: 'hold', id }),
    inverse: ({ id }) => ({ do: 'release', id }),
    past: 'Paused',
  },
  resume: {
    id: 'task.resume',
    label: () => 'Resume',
    blocked: (card) =>
      isFinishedCard(card) ? 'It has ended' : isHeld(card) ? null : 'It is not paused',
    change: ({ id }) => ({ do: 'release', id }),
    inverse: (card) => ({ do: 'hold', id: card.id, asDraft: card.isDraft }),
    past: 'Resumed',
  },
  publish: {
    id: 'task.publish',
    label: () => 'Publish',
    blocked: (card) => (isHeld(card) ? null : 'It is no draft'),
    change: ({ id }) => ({ do: 'publish', id }),
    inverse: null, // `publish.ts` takes it back: it releases others as well
    past: 'Published',
  },
  retry: {
    id: 'task.retry',
    label: () => 'Retry',
    blocked: (card) =>
      card.status === 'failed' || card.status === 'waiting' ? null : 'It has not failed',
    change: ({ id }) => ({ do: 'retry', id }),
    inverse: null,
    past: 'Retried',
  },
  retryFresh: {
    id: 'task.retry-fresh',
    label: () => 'Retry fresh',
    blocked: (card) =>
      card.status === 'failed' || card.status === 'waiting' ? null : 'It has not failed',
    change: ({ id }) => ({ do: 'retry', id, fresh: true }),
    inverse: null,
    past: 'Retried fresh',
  },
  reopen: {
    id: 'task.reopen',
    label: () => 'Do it again',
    blocked: (card) =>
      card.status === 'done' || card.status === 'abandoned' ? null : 'It has not ended',
    change: ({ id }) => ({ do: 'reopen', id }),
    inverse: null,
    past: 'Reopened',
  },
  complete: {
    id: 'task.complete',
    label: () => 'Mark as done',
    blocked: (card) => (card.status === 'done' ? 'It is done already' : null),
    change: ({ id }) => ({ do: 'complete', id, force: true }),
    inverse: null,
    past: 'Marked as done',
  },
  take: {
    id: 'task.take',
    label: () => 'Take it in hand',
    blocked: (card) => (card.state === 'ready' ? null : 'It is not ready'),
    change: ({ id }) => ({ do: 'take', id }),
    inverse: ({ id }) => ({ do: 'letGo', id }),
    past: 'Taken',
  },
} as const satisfies Record<string, TaskAct>

/** An edit that can be taken back and done again, over the tasks as they were. */
export function editOf(act: TaskAct, cards: readonly TaskCard[]): Edit | null {
  const { inverse } = act
  if (inverse === null) return null
  return {
    label: `${act.past} ${countOf(cards)}`,
    undo: sendChanges(cards.map(inverse)),
    redo: sendChanges(cards.map(act.change)),
  }
}

/** All of them as one command: one commit, or none. */
export const sendChanges =
  (changes: readonly TaskChange[]) =>
  ({ task }: Parameters<SendEdit>[0], commandId: string) =>
    task.change({ changes: [...changes], commandId })

export const countOf = (cards: readonly TaskCard[]): string =>
  cards.length === 1 ? `“${cards[0]?.title ?? ''}”` : `${cards.length} tasks`
