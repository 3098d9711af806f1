/** Messages that a person has to see to: those that wait for people or for whoever drives a member, and dead ones. Kept up to date by commits. */
import { oneLine } from '../../base/text.ts'
import type { Attention } from '../../contract/view.ts'
import type { CommittedBatch } from '../../coordinator/dispatch.ts'
import { type Delivery, type Message, noticesOf } from '../../domain/messages/message.ts'
import { isStanding } from '../../domain/messages/standing.ts'
import type { Plan } from '../../domain/plan.ts'
import type { Settings } from '../../domain/settings.ts'
import { isFinished } from '../../domain/task.ts'
import type { Store } from '../../store/store.ts'
import { isoTime } from '../views/iso-time.ts'

/** So many of each are listed, the newest; the rest is counted. */
const MOST_LISTED = 100
const MOST_DEAD = 10_000
/** UTF-16 units of a message's beginning. */
const LONGEST = 300

export interface PersonMail {
  note(batch: CommittedBatch): void
  attention(): Attention[]
  counts(): { readonly open: number; readonly dead: number }
}

interface MailSource {
  readonly plan: Plan
  readonly store: Pick<Store, 'mail'>
}

export function createPersonMail(
  { plan, store }: MailSource,
  settings: () => Settings,
): PersonMail {
  const dead = new Map(store.mail.dead(MOST_DEAD).map((each) => [each.id, each] as const))
  const forPeople = new Set<string>()
  const messages = new Map<string, Message>()
  const take = (id: string, delivery: Delivery | null): void => {
    if (delivery?.state.kind === 'dead') dead.set(id, delivery)
    else dead.delete(id)
    if (plan.deliveries.has(id) && delivery?.recipientKind === 'person') forPeople.add(id)
    else forPeople.delete(id)
  }
  for (const [id, delivery] of plan.deliveries) take(id, delivery)

  const messageOf = ({ messageId }: Delivery): Message | null => {
    const known = messages.get(messageId) ?? store.mail.message(messageId)?.message ?? null
    if (known) messages.set(messageId, known)
    return known
  }
  /** Whoever drives a member reads what waits for it. */
  const forPilots = (): string[] =>
    Object.entries(settings().members).flatMap(([name, { isPiloted }]) =>
      isPiloted ? [...plan.deliveriesTo(name)] : [],
    )
  const listed = (deliveries: readonly Delivery[]): [Delivery, Message][] =>
    deliveries
      .toSorted((a, b) => b.at - a.at)
      .slice(0, MOST_LISTED)
      .flatMap((each) => {
        const message = messageOf(each)
        return message ? [[each, message] as [Delivery, Message]] : []
      })
  return {
    note({ changes }) {
      for (const change of changes) if (change.entity === 'delivery') take(change.id, change.after)
    },
    attention() {
      const waiting = [...forPeople, ...forPilots()].flatMap((id) => plan.deliveries.get(id) ?? [])
      const now = [
        ...listed(waiting).filter(([, message]) => !isShownElsewhere(plan, message)),
        ...listed([...dead.values()]),
      ]
      const shown = new Set(now.map(([, { id }]) => id))
      for (const id of messages.keys()) if (!shown.has(id as Message['id'])) messages.delete(id)
      return now.map(([delivery, message]) => attentionOf(plan, delivery, message))
    },
    counts: () => ({ open: plan.deliveries.size, dead: dead.size }),
  }
}

/** The task that waits for the answer is shown with its question, and answered there; what becomes of one that is over is no question. */
function isShownElsewhere(plan: Plan, { asks }: Message): boolean {
  if (asks === null) return false
  const task = plan.tasks.get(asks.taskId)
  if (asks.what === 'escalation') return !task || (isFinished(task) && task.state.kind !== 'failed')
  return task?.state.kind === 'waiting' && task.state.for === 'answer'
}

function attentionOf(plan: Plan, delivery: Delivery, message: Message): Attention {
  const { recipient, state } = delivery
  const { id, from, kind, task, asks } = message
  const text = oneLine(message.text, LONGEST)
  const isDead = state.kind === 'dead'
  const reason = isDead ? `not dealt with: ${oneLine(state.reason, LONGEST)}` : text
  return {
    task: task !== null && !isStanding(task) && plan.tasks.has(task) ? task : null,
    agent: null,
    kind: isDead ? 'dead-letter' : 'message',
    text: `${from} to ${recipient}: ${isDead ? `${reason}: ${text}` : text}`,
    reason,
    message: {
      id,
      from,
      recipient,
      kind,
      text,
      asksDecision: asks?.what === 'escalation',
      notices: noticesOf(delivery),
    },
    since: isoTime(isDead ? state.at : delivery.at),
  }
}
