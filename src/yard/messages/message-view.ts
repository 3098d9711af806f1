/** Messages and members as clients read them. */
import type { DeliveryView, MemberView, MessageView } from '../../contract/message.ts'
import type { Delivery } from '../../domain/messages/message.ts'
import { standingIdOf } from '../../domain/messages/standing.ts'
import type { Plan } from '../../domain/plan.ts'
import type { Settings } from '../../domain/settings.ts'
import { statesOf } from '../../domain/plan.ts'
import { resolveExecutor } from '../../domain/routing/resolve.ts'
import type { StoredMessage } from '../../store/mail/mail-reads.ts'
import type { Store } from '../../store/store.ts'
import { isoTime } from '../views/iso-time.ts'

export const toMessageView = ({ message, deliveries }: StoredMessage): MessageView => ({
  ...message,
  at: isoTime(message.at),
  deliveries: deliveries.map(toDeliveryView),
})

function toDeliveryView(delivery: Delivery): DeliveryView {
  const { recipient, recipientKind, state, tries, lastReason } = delivery
  const isClosed = state.kind === 'closed'
  return {
    recipient,
    recipientKind,
    state: state.kind,
    agent: state.kind === 'taken' ? state.agentId : null,
    how: isClosed ? state.how : null,
    by: isClosed ? state.by : null,
    at: state.kind === 'waiting' ? null : isoTime(state.at),
    notBefore:
      state.kind === 'waiting' && state.notBefore !== null ? isoTime(state.notBefore) : null,
    tries,
    reason: state.kind === 'dead' ? state.reason : lastReason,
  }
}

interface MemberSource {
  readonly plan: Plan
  readonly store: Store
  readonly settings: Settings
  readonly now: number
}

export function toMemberView(source: MemberSource, name: string): MemberView | null {
  const { plan, store, settings } = source
  const member = settings.members[name]
  if (!member) return null
  const task = plan.tasks.get(standingIdOf(name))
  const agent = plan.agentOfMember(name)
  const choice = resolveExecutor(settings, { executor: null, exec: null, member: name })
  const waiting = plan.deliveriesTo(name).size
  const [last] = task ? store.agents({ which: 'all', taskId: task.id, limit: 1 }) : []
  return {
    name,
    executor: member.isPerson || !choice.ok ? null : choice.value.profile.name,
    person: member.isPerson,
    conversation: member.conversation,
    pilot: member.isPiloted,
    state: stateOf(source, name, waiting > 0),
    paused: task?.held ?? false,
    waiting,
    agent: agent?.id ?? null,
    lastTurn: last ? isoTime(last.endedAt ?? last.claimedAt) : null,
    nextWake: nextWakeOf(source, name),
    retryAfterMs: member.retryAfterMs,
    tries: member.tries,
  }
}

function stateOf(
  { plan, settings, now }: MemberSource,
  name: string,
  hasMail: boolean,
): MemberView['state'] {
  const member = settings.members[name]
  const task = plan.tasks.get(standingIdOf(name))
  if (plan.agentOfMember(name) !== null) return 'working'
  if (member?.isPiloted) return 'piloted'
  if (member?.isPerson || !task) return hasMail ? 'waiting' : 'idle'
  if (task.state.kind === 'waiting') return task.state.for === 'message' ? 'idle' : 'waiting'
  const states = statesOf(plan, task, now)
  return states.includes('parked') || states.includes('paused') ? 'sleeping' : 'waiting'
}

/** Null also while a person keeps it from being woken. */
function nextWakeOf({ plan, settings, now }: MemberSource, name: string): string | null {
  const task = plan.tasks.get(standingIdOf(name))
  const isKept = plan.facts.paused || settings.members[name]?.isPiloted || task?.held
  if (task?.state.kind !== 'open' || isKept) return null
  return isoTime(Math.max(now, task.state.notBefore ?? 0, task.state.park?.until ?? 0))
}
