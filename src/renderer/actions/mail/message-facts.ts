/** What a message and its deliveries say in a word, and how it can be answered. Pure. */
import type { DeliveryView, MemberView, MessageView } from '../../../contract/message.ts'
import type { ShownState } from '../../../domain/graph/shown-state.ts'
import { isYardSender } from '../../../domain/messages/message.ts'

/** Whom messages of people without a name of their own are from. */
const PERSON = 'person'

const HOW: Readonly<Record<NonNullable<DeliveryView['how']>, string>> = {
  handled: 'Handled',
  acked: 'Acknowledged',
  replied: 'Answered',
  dropped: 'Dropped',
  sent: 'Sent on',
}

/** Lamp and word of one delivery. `timeText`: as the page writes an instant. */
export function deliveryState(
  { state, recipientKind, agent, how, notBefore }: DeliveryView,
  timeText: (iso: string) => string,
): readonly [ShownState, string] {
  switch (state) {
    case 'waiting':
      if (recipientKind === 'person') return ['waiting', 'Waits for a person']
      if (recipientKind === 'remote') return ['delayed', 'In the outbox']
      return notBefore === null ? ['ready', 'Waits'] : ['delayed', `Again ${timeText(notBefore)}`]
    case 'taken':
      return ['in-progress', `With ${agent ?? 'an agent'}`]
    case 'dead':
      return ['failed', 'Dead']
    case 'closed':
      return how === 'dropped' ? ['abandoned', HOW.dropped] : ['done', HOW[how ?? 'handled']]
  }
}

const RANK: readonly DeliveryView['state'][] = ['dead', 'taken', 'waiting', 'closed']

/** The delivery that says most of where messages stand; null where there is none. */
export const tellingDelivery = (messages: readonly MessageView[]): DeliveryView | null =>
  messages
    .flatMap(({ deliveries }) => deliveries)
    .toSorted((a, b) => rankOf(a) - rankOf(b))
    .at(0) ?? null

/** What waits for a person comes before what goes on by itself. */
const rankOf = ({ state, recipientKind }: DeliveryView): number =>
  state === 'waiting' && recipientKind === 'person' ? 0.5 : RANK.indexOf(state)

export const isOpen = ({ state }: DeliveryView): boolean => state === 'waiting' || state === 'taken'

export const isDead = ({ deliveries }: MessageView): boolean =>
  deliveries.some(({ state }) => state === 'dead')

const isMine = ({ from }: MessageView): boolean => from === PERSON

/** Jobs and notices of a yard read no answer; what the yard asks it does. */
const readsAnswers = ({ from, asks }: MessageView): boolean =>
  !from.startsWith('job:') && (!isYardSender(from) || asks !== null)

/** In whose place an answer to it closes it; null: it is not open, or was sent by a person, or its sender reads none. */
export function answeredFor(
  message: MessageView,
  members: readonly MemberView[],
): { readonly names: readonly string[]; readonly isForPerson: boolean } | null {
  if (isMine(message) || !readsAnswers(message)) return null
  const open = message.deliveries.filter(isOpen)
  if (open.length === 0) return null
  const forPeople = open.filter(({ recipient, recipientKind }) => {
    const member = members.find(({ name }) => name === recipient)
    return recipientKind === 'person' || member?.pilot === true
  })
  const meant = forPeople.length > 0 ? forPeople : open
  return { names: meant.map(({ recipient }) => recipient), isForPerson: forPeople.length > 0 }
}

interface FollowUp {
  readonly to: readonly string[]
  readonly replyTo: string | null
}

/**
 * Where one more message of a person to this thread goes, and which message it answers: never one that still waits for another, for
 * an answer closes that.
 */
export function followUp(thread: readonly MessageView[]): FollowUp {
  const newestFirst = thread.toReversed()
  const answered = newestFirst.find((each) => isMine(each) || !each.deliveries.some(isOpen))
  const last = newestFirst.find((each) => isMine(each) || readsAnswers(each))
  const to = last === undefined ? [] : isMine(last) ? last.to : [last.from]
  return {
    to: to.filter((name) => name !== PERSON && name !== 'yard'),
    replyTo: answered?.id ?? null,
  }
}
