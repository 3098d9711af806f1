/** Messages of the plan that wait for other machines. */
import type { CommittedBatch } from '../../coordinator/dispatch.ts'
import type { Actor, Command, Reply } from '../../domain/command.ts'
import type { Failure } from '../../domain/failure.ts'
import { tokenOfMachine } from '../../domain/messages/access-token.ts'
import { type Delivery, deliveryIdOf, type MessageId } from '../../domain/messages/message.ts'
import type { Plan } from '../../domain/plan.ts'
import { envelopeOf, machineOf } from '../../fleet/mail/envelope.ts'
import type { Outgoing } from '../../fleet/mail/transport.ts'
import type { Result } from '../../base/result.ts'
import type { Store } from '../../store/store.ts'

export const COORDINATOR: Actor = { kind: 'coordinator' }

export interface OutboxParts {
  readonly plan: Plan
  readonly store: Store
  dispatch(command: Command, by: Actor, commandId?: string): Promise<Result<Reply, Failure>>
}

/** More wait for the next round. */
const MAX_SENT = 500

export function createOutbox({ plan, store, dispatch }: OutboxParts) {
  const waiting = new Set<string>()
  const isWaiting = (delivery: Delivery | null | undefined): delivery is Delivery =>
    delivery?.recipientKind === 'remote' && delivery.state.kind === 'waiting'
  for (const delivery of plan.deliveries.values()) if (isWaiting(delivery)) waiting.add(delivery.id)
  const open = (): Delivery[] =>
    [...waiting].flatMap((id) => {
      const delivery = plan.deliveries.get(id)
      return isWaiting(delivery) ? [delivery] : []
    })
  /** What is for a machine that has a token is fetched by it. */
  const isSent = ({ recipient }: Delivery): boolean =>
    tokenOfMachine(plan, machineOf(recipient)) === null
  const all = (): Delivery[] => open().filter(isSent)
  return {
    /** True where something was added. */
    note({ changes }: CommittedBatch): boolean {
      let isMore = false
      for (const change of changes) {
        if (change.entity !== 'delivery') continue
        const { id, before, after } = change
        const isOpen = isWaiting(after)
        if (isOpen) waiting.add(id)
        else waiting.delete(id)
        isMore ||= isOpen && before === null && isSent(after)
      }
      return isMore
    },
    count: () => all().length,
    /** By machine; also what is fetched from here. */
    counts(): ReadonlyMap<string, number> {
      const counts = new Map<string, number>()
      for (const { recipient } of open()) {
        const machine = machineOf(recipient)
        counts.set(machine, (counts.get(machine) ?? 0) + 1)
      }
      return counts
    },
    /** One for each message and machine, oldest first. `own`: name of this machine. */
    outgoing(own: string): Outgoing[] {
      const groups = new Map<string, { machine: string; messageId: MessageId; to: string[] }>()
      for (const { messageId, recipient } of all()) {
        const machine = machineOf(recipient)
        const key = `${messageId}@${machine}`
        const group = groups.get(key) ?? { machine, messageId, to: [] }
        group.to.push(recipient)
        groups.set(key, group)
        if (groups.size === MAX_SENT) break
      }
      return [...groups.values()].flatMap(({ machine, messageId, to }) => {
        const stored = store.mail.message(messageId)
        return stored ? [{ machine, envelope: envelopeOf(stored.message, to, own) }] : []
      })
    },
    /** The other side has these. */
    async forward(held: readonly Outgoing[]): Promise<void> {
      const ids = held.flatMap(({ envelope: { id, to } }) =>
        to.map((name) => deliveryIdOf(id, name)),
      )
      await Promise.all(ids.map((id) => dispatch({ type: 'delivery.forwarded', id }, COORDINATOR)))
    },
  }
}
