/** Sends one act for many tasks: in batches, each one turn of the host, with a word on how far it is and a way to stop. */
import type { TaskCard } from '../../contract/view.ts'
import type { YardClient } from '../session/link.ts'
import { maySendAgain, toProblem, type Problem } from '../session/problem.ts'
import type { Session } from '../session/session.ts'
import { countText, plural } from '../ui/words.ts'
import { sendOrOffer } from './send-or-offer.ts'
import { countOf, type TaskAct } from './task-acts.ts'
import { closeToast, openToast, retellToast } from './toasts.ts'

/** So many requests stand at the host at once. */
export const BATCH = 50

export interface Sent {
  readonly cards: readonly TaskCard[]
  readonly replies: readonly unknown[]
  /** The first refusal; nothing is sent after its batch. */
  readonly refused: { readonly card: TaskCard; readonly problem: Problem } | null
}

export async function sendMany(
  session: Pick<Session, 'call'>,
  act: TaskAct,
  cards: readonly TaskCard[],
  onAsk: () => void = () => {},
): Promise<Sent> {
  const sent: TaskCard[] = []
  const replies: unknown[] = []
  const progress = cards.length > BATCH ? tellProgress(act, cards.length) : null
  try {
    for (let from = 0; from < cards.length && !progress?.isStopped(); from += BATCH) {
      const outcomes = await sendBatch(session, act, cards.slice(from, from + BATCH), onAsk)
      for (const { card, reply } of outcomes.done) {
        sent.push(card)
        replies.push(reply)
      }
      const { refused } = outcomes
      if (refused) return { cards: sent, replies, refused }
      progress?.tell(sent.length)
    }
    return { cards: sent, replies, refused: null }
  } finally {
    progress?.close()
  }
}

interface BatchOutcome extends Pick<Sent, 'refused'> {
  readonly done: readonly { readonly card: TaskCard; readonly reply: unknown }[]
}

/** As one command: a lost connection holds the whole batch, and each task keeps its id when it is sent again. */
async function sendBatch(
  session: Pick<Session, 'call'>,
  act: TaskAct,
  cards: readonly TaskCard[],
  onAsk: () => void,
): Promise<BatchOutcome> {
  const send = async (client: YardClient, commandId: string): Promise<BatchOutcome> => {
    const each = cards.map((card) => act.send(client, card, `${commandId}:${card.id}`))
    return outcomeOf(cards, await Promise.allSettled(each))
  }
  const result = await sendOrOffer(session, send, `${act.label(cards)} ${countOf(cards)}`, onAsk)
  if (result.ok) return result.value
  const [card] = cards
  return { done: [], refused: card ? { card, problem: result.error } : null }
}

function outcomeOf(
  cards: readonly TaskCard[],
  answers: readonly PromiseSettledResult<unknown>[],
): BatchOutcome {
  const done: { card: TaskCard; reply: unknown }[] = []
  let refused: Sent['refused'] = null
  for (const [index, answer] of answers.entries()) {
    const card = cards[index]
    if (card === undefined) continue
    if (answer.status === 'fulfilled') done.push({ card, reply: answer.value })
    else {
      const problem = toProblem(answer.reason)
      if (maySendAgain(problem)) throw answer.reason
      refused ??= { card, problem }
    }
  }
  return { done, refused }
}

function tellProgress({ past }: TaskAct, total: number) {
  let isStopped = false
  const textOf = (count: number): string =>
    `${past} ${countText(count)} of ${plural(total, 'task')}`
  const stop = { label: 'Stop', run: () => void (isStopped = true) }
  const toast = openToast(textOf(0), { act: stop, lastsMs: null })
  return {
    isStopped: () => isStopped,
    tell: (count: number) => retellToast(toast, textOf(count)),
    close: () => closeToast(toast),
  }
}
