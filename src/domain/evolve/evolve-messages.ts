/** What events of messages, jobs, tokens and other machines change. */
import { invariant } from '../../base/result.ts'
import type { Agent } from '../agent.ts'
import type { Event, EventOf } from '../event.ts'
import type { JobRun } from '../messages/job.ts'
import type { Delivery } from '../messages/message.ts'
import type { Peer } from '../messages/peer.ts'
import type { EntityChange, Plan } from '../plan.ts'

type MessageEventType =
  | ('message.sent' | 'delivery.taken' | 'delivery.returned' | 'delivery.closed' | 'delivery.died')
  | ('delivery.noticed' | 'delivery.timed' | 'job.fired' | 'job.ended')
  | ('token.made' | 'token.revoked' | 'peer.pinned' | 'peer.read' | 'peer.refused')

type Evolvers<T extends Event['type']> = {
  readonly [K in T]: (plan: Plan, event: EventOf<K>) => readonly EntityChange[]
}

export const MESSAGE_EVOLVERS: Evolvers<MessageEventType> = {
  'message.sent': (_, { message, deliveries }) => [
    { entity: 'message', id: message.id, before: null, after: message },
    ...deliveries.map((after): EntityChange => ({
      entity: 'delivery',
      id: after.id,
      before: null,
      after,
    })),
  ],
  'delivery.taken'(plan, { id, agentId, at }) {
    const { hops } = openDelivery(plan, id)
    const agent = plan.agents.get(agentId)
    const raised = agent && (agent.hops ?? -1) < hops ? [hopsChange(agent, hops)] : []
    return [
      ...deliveryChange(plan, id, () => ({ state: { kind: 'taken', agentId, at } })),
      ...raised,
    ]
  },
  'delivery.returned': (plan, { id, notBefore, isTry, reason }) =>
    deliveryChange(plan, id, ({ tries }) => ({
      state: { kind: 'waiting', notBefore },
      tries: tries + (isTry ? 1 : 0),
      lastReason: reason,
    })),
  'delivery.closed': (plan, { id, how, by, at, dead }) =>
    deliveryChange(
      plan,
      id,
      () => ({ state: { kind: 'closed', how, at, by }, noticeAt: null }),
      dead,
    ),
  'delivery.died': (plan, { id, reason, isTry, at }) =>
    deliveryChange(plan, id, ({ tries }) => ({
      state: { kind: 'dead', reason, at },
      tries: tries + (isTry ? 1 : 0),
      lastReason: reason,
    })),
  'delivery.noticed': (plan, { id, nextAt }) =>
    deliveryChange(plan, id, ({ notices = 0 }) => ({ notices: notices + 1, noticeAt: nextAt })),
  'delivery.timed': (plan, { id, notBefore, noticeAt }) =>
    deliveryChange(plan, id, () => ({ state: { kind: 'waiting', notBefore }, noticeAt })),
  'job.fired': (_, { run }) => [{ entity: 'jobRun', id: run.id, before: null, after: run }],
  'job.ended'({ jobRuns }, { type: _type, id, at: endedAt, ...ended }) {
    const before = jobRuns.get(id)
    invariant(before, `no run ${id} of a job`)
    const after: JobRun = { ...before, ...ended, endedAt }
    return [{ entity: 'jobRun', id, before, after }]
  },
  'token.made': (_, { token }) => [{ entity: 'token', id: token.id, before: null, after: token }],
  'token.revoked'({ tokens }, { id, at: revokedAt }) {
    const before = tokens.get(id)
    invariant(before, `no token ${id}`)
    return [{ entity: 'token', id, before, after: { ...before, revokedAt } }]
  },
  'peer.pinned': ({ peers }, { peer }) => [
    { entity: 'peer', id: peer.id, before: peers.get(peer.id) ?? null, after: peer },
  ],
  'peer.read': (plan, { id, cursor, members }) =>
    peerChange(plan, id, (peer) => ({ cursor, members: [...(members ?? peer.members)] })),
  'peer.refused': (plan, { id, reason: lastRefusal, count = 1 }) =>
    peerChange(plan, id, ({ refused }) => ({ refused: refused + count, lastRefusal })),
}

function openDelivery({ deliveries }: Plan, id: string): Delivery {
  const delivery = deliveries.get(id)
  invariant(delivery, `no open delivery ${id}`)
  return delivery
}

function deliveryChange(
  plan: Plan,
  id: string,
  to: (delivery: Delivery) => Partial<Delivery>,
  stored?: Delivery,
): EntityChange[] {
  const before = stored ?? openDelivery(plan, id)
  return [{ entity: 'delivery', id, before, after: { ...before, ...to(before) } }]
}

const hopsChange = (before: Agent, hops: number): EntityChange => ({
  entity: 'agent',
  id: before.id,
  before,
  after: { ...before, hops },
})

function peerChange(plan: Plan, id: string, to: (peer: Peer) => Partial<Peer>): EntityChange[] {
  const before = plan.peers.get(id)
  invariant(before, `no peer ${id}`)
  return [{ entity: 'peer', id, before, after: { ...before, ...to(before) } }]
}
