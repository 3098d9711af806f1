/** How the coordinator knows members and the rules of delivery. */
import type { MailPort } from '../../coordinator/ports.ts'
import { senderOf } from '../../domain/decide/mail-turn.ts'
import { ANY_PERSON } from '../../domain/messages/message.ts'
import type { Plan } from '../../domain/plan.ts'
import type { Settings } from '../../domain/settings.ts'
import type { Store } from '../../store/store.ts'
import { sendingOf } from './send.ts'

export function createMailPort(
  { plan, store }: { readonly plan: Plan; readonly store: Store },
  settings: () => Settings,
  now: () => number,
): MailPort {
  return {
    policyOf(member) {
      const { members, messages } = settings()
      const own = member !== null && Object.hasOwn(members, member) ? members[member] : undefined
      const { tries, retryAfterMs } = own ?? messages
      return { tries, retryAfterMs, isPiloted: own?.isPiloted ?? false }
    },
    escalateTo() {
      const { members, messages } = settings()
      const { escalateTo: name } = messages
      const isPerson = name === ANY_PERSON || (members[name]?.isPerson ?? true)
      return { name, kind: isPerson ? 'person' : 'member' }
    },
    members: () => standingMembers(settings()),
    sendingTo(name, message) {
      const recipient = senderOf(plan, name) ?? personNamed(settings(), name)
      const addressed = { ...message, to: [recipient.name] }
      return sendingOf({ settings: settings(), store, now: now() }, addressed, [recipient])
    },
  }
}

/** Those with a standing task. */
export const standingMembers = ({ members }: Pick<Settings, 'members'>) =>
  Object.entries(members).flatMap(([name, { isPerson }]) =>
    isPerson ? [] : [{ name, title: `Messages to ${name}` }],
  )

/** Whoever sent it without being a member is a person. */
const personNamed = ({ members }: Settings, name: string) =>
  ({ name: Object.hasOwn(members, name) ? name : ANY_PERSON, kind: 'person' }) as const
