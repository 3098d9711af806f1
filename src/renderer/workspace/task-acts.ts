/** What can be done to tasks: when, with what words, and how it is taken back. Used by the inspector, the lists, the graph and the palette alike. */
import type { TaskCard } from '../../contract/view.ts'
import type { YardClient } from '../session/link.ts'
import type { Edit } from './history.ts'

export interface TaskAct {
  readonly id: string
  readonly label: (cards: readonly TaskCard[]) => string
  /** Why it does not fit this task now; null = it fits. */
  readonly blocked: (card: TaskCard) => string | null
  readonly send: (client: YardClient, card: TaskCard, commandId: string) => Promise<unknown>
  /** Null: it cannot be taken back by another command. */
  readonly inverse:
    ((client: YardClient, card: TaskCard, commandId: string) => Promise<unknown>) | null
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
    send: ({ task }, { id }, commandId) => task.hold({ id, commandId }),
    inverse: ({ task }, { id }, commandId) => task.release({ id, commandId }),
    past: 'Paused',
  },
  resume: {
    id: 'task.resume',
    label: () => 'Resume',
    blocked: (card) =>
      isFinishedCard(card) ? 'It has ended' : isHeld(card) ? null : 'It is not paused',
    send: ({ task }, { id }, commandId) => task.release({ id, commandId }),
    inverse: ({ task }, card, commandId) =>
      task.hold({ id: card.id, asDraft: card.isDraft, commandId }),
    past: 'Resumed',
  },
  publish: {
    id: 'task.publish',
    label: () => 'Publish',
    blocked: (card) => (isHeld(card) ? null : 'It is no draft'),
    send: ({ task }, { id }, commandId) => task.publish({ id, commandId }),
    inverse: null, // `publish.ts` takes it back: it releases others as well
    past: 'Published',
  },
  retry: {
    id: 'task.retry',
    label: () => 'Retry',
    blocked: (card) =>
      card.status === 'failed' || card.status === 'waiting' ? null : 'It has not failed',
    send: ({ task }, { id }, commandId) => task.retry({ id, commandId }),
    inverse: null,
    past: 'Retried',
  },
  retryFresh: {
    id: 'task.retry-fresh',
    label: () => 'Retry fresh',
    blocked: (card) =>
      card.status === 'failed' || card.status === 'waiting' ? null : 'It has not failed',
    send: ({ task }, { id }, commandId) => task.retry({ id, fresh: true, commandId }),
    inverse: null,
    past: 'Retried fresh',
  },
  reopen: {
    id: 'task.reopen',
    label: () => 'Do it again',
    blocked: (card) =>
      card.status === 'done' || card.status === 'abandoned' ? null : 'It has not ended',
    send: ({ task }, { id }, commandId) => task.reopen({ id, commandId }),
    inverse: null,
    past: 'Reopened',
  },
  complete: {
    id: 'task.complete',
    label: () => 'Mark as done',
    blocked: (card) => (card.status === 'done' ? 'It is done already' : null),
    send: ({ task }, { id }, commandId) => task.complete({ id, force: true, commandId }),
    inverse: null,
    past: 'Marked as done',
  },
  take: {
    id: 'task.take',
    label: () => 'Take it in hand',
    blocked: (card) => (card.state === 'ready' ? null : 'It is not ready'),
    send: ({ task }, { id }, commandId) => task.take({ id, commandId }),
    inverse: ({ task }, { id }, commandId) => task.letGo({ id, commandId }),
    past: 'Taken',
  },
} as const satisfies Record<string, TaskAct>

/** An edit that can be taken back and done again, over the tasks as they were. */
export function editOf(act: TaskAct, cards: readonly TaskCard[]): Edit | null {
  const { inverse } = act
  if (inverse === null) return null
  const each =
    (send: TaskAct['send']) =>
    async (client: YardClient, commandId: string): Promise<void> => {
      for (const card of cards) await send(client, card, `${commandId}:${card.id}`)
    }
  return { label: `${act.past} ${countOf(cards)}`, undo: each(inverse), redo: each(act.send) }
}

export const countOf = (cards: readonly TaskCard[]): string =>
  cards.length === 1 ? `“${cards[0]?.title ?? ''}”` : `${cards.length} tasks`
