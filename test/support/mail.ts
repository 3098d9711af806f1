/** Messages and turns of members in a line or two. */
import type { Actor, Claim, Command, Sending } from '../../src/domain/command.ts'
import type { Evidence } from '../../src/domain/completion.ts'
import type { Event } from '../../src/domain/event.ts'
import { workFailure, type FailureClass, type WorkFailure } from '../../src/domain/failure.ts'
import { agentIdOf } from '../../src/domain/ids.ts'
import type { AccessToken } from '../../src/domain/messages/access-token.ts'
import { derivedMessageId } from '../../src/domain/messages/derived-id.ts'
import type { JobRun } from '../../src/domain/messages/job.ts'
import {
  type Delivery,
  deliveryIdOf,
  type Message,
  type Recipient,
  type RecipientKind,
} from '../../src/domain/messages/message.ts'
import type { Peer } from '../../src/domain/messages/peer.ts'
import { START_AT } from './manual-clock.ts'
import { type Bench, COORDINATOR, endCommand } from './plan-builder.ts'

export const MAIL = { tries: 3, retryAfterMs: 600_000 }
export const LIMITS = { maxHops: 6, perPair: 10 }
/** Its exit code says that it went wrong. */
export const BAD: Partial<Evidence> = { exit: { code: 1, signal: null } }
export const failing = (
  kind: FailureClass,
  reason: string,
  more: Partial<WorkFailure> = {},
): Partial<Evidence> => ({ ...BAD, failure: { ...workFailure(kind, reason), ...more } })

export const messageAt = (at: number, seed: string, more: Partial<Message> = {}): Message => ({
  id: derivedMessageId(at, seed),
  at,
  from: 'ada',
  to: ['back'],
  kind: 'message',
  priority: 'normal',
  task: null,
  replyTo: null,
  conversation: null,
  text: seed,
  hops: 0,
  diff: null,
  asks: null,
  decision: null,
  ...more,
})

export const kindOfName = (name: string): RecipientKind => {
  if (name === 'person' || name === 'anna') return 'person'
  if (name.startsWith('task:')) return 'task'
  return name.startsWith('agent-') ? 'agent' : 'member'
}
export const recipient = (name: string): Recipient => ({ name, kind: kindOfName(name) })

export const sendingTo = (
  names: readonly string[],
  message: Message,
  more: Partial<Sending> = {},
): Sending => ({
  message: { ...message, to: [...names] },
  recipients: names.map(recipient),
  mail: MAIL,
  limits: LIMITS,
  recent: {},
  ...more,
})

export const syncCommand = (...names: string[]): Command => ({
  type: 'members.sync',
  members: names.map((name) => ({ name, title: `Messages to ${name}` })),
})

export const jobRun = (number: number, more: Partial<JobRun> = {}): JobRun => ({
  id: `nightly#${number}`,
  job: 'nightly',
  number,
  at: START_AT + number,
  scheduledFor: START_AT,
  trigger: 'schedule',
  messageId: null,
  outcome: null,
  reason: null,
  agentId: null,
  conversation: null,
  endedAt: null,
  ...more,
})

export const accessToken = (id: string): AccessToken => ({
  id,
  name: `of ${id}`,
  kind: 'member',
  sha256: 'a'.repeat(64),
  hint: 'wxyz',
  names: ['back'],
  roles: [],
  repos: [],
  createdAt: START_AT,
  createdBy: 'ada',
  expiresAt: null,
  revokedAt: null,
})

export const peerOf = (id: string): Peer => ({
  id,
  key: 'k',
  pinnedAt: START_AT,
  members: [],
  cursor: null,
  refused: 0,
  lastRefusal: null,
})

export interface MailBench {
  readonly bench: Bench
  /** Sends and gives the message. */
  send(to: string | readonly string[], seed: string, more?: Partial<Message>, by?: Actor): Message
  /** Events of a command; a refusal is a fault of the test. */
  events(command: Command, by?: Actor): readonly Event[]
  claim(id: string, number: number, more?: Partial<Claim>): void
  end(number: number, evidence?: Partial<Evidence>, more?: Parameters<typeof endCommand>[3]): void
  delivery(message: Message, recipient?: string): Delivery | undefined
  /** What an agent holds, by the text of each message. */
  heldBy(number: number): string[]
  state(id: string): object
  /** Messages so far that the yard wrote. */
  told(): Message[]
}

export function mailBench(bench: Bench, ...members: string[]): MailBench {
  const sent = new Map<string, Message>()
  const run: MailBench['events'] = (command, by) => {
    const decision = bench.run(command, by)
    if (!decision.ok) throw new Error(`${command.type}: ${decision.error.message}`)
    return decision.value.events
  }
  run(syncCommand(...members), COORDINATOR)
  const messages = (): Message[] =>
    bench.changes.flatMap((change) =>
      change.entity === 'message' && change.after ? [change.after] : [],
    )
  return {
    bench,
    send(to, seed, more, by) {
      const names = typeof to === 'string' ? [to] : to
      const message = { ...messageAt(bench.at, seed, more), to: [...names] }
      run({ type: 'message.send', ...sendingTo(names, message) }, by)
      sent.set(message.id, message)
      return message
    },
    events: run,
    claim: (id, number, more) => void bench.claim(id, number, more),
    end(number, evidence, more) {
      const agent = bench.plan.agents.get(agentIdOf(number))
      if (!agent) throw new Error(`no living agent-${number}`)
      const { generation } = agent
      run(
        endCommand(number, generation, evidence, { endedAt: bench.at, mail: MAIL, ...more }),
        COORDINATOR,
      )
    },
    delivery: ({ id, to }, name = to[0] ?? '') =>
      bench.changes.findLast(
        (change): change is Extract<typeof change, { entity: 'delivery' }> =>
          change.entity === 'delivery' && change.id === deliveryIdOf(id, name),
      )?.after ?? undefined,
    heldBy: (number) =>
      [...bench.plan.deliveries.values()].flatMap(({ state, messageId }) =>
        state.kind === 'taken' && state.agentId === agentIdOf(number)
          ? [sent.get(messageId)?.text ?? messageId]
          : [],
      ),
    state: (id) => bench.task(id).state,
    told: () => messages().filter(({ from }) => from === 'yard'),
  }
}
