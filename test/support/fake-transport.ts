/** A way to other machines that does what a test says. */
import { err, ok, type Result } from '../../src/base/result.ts'
import { failure, type Failure } from '../../src/domain/failure.ts'
import type { Envelope } from '../../src/fleet/mail/envelope.ts'
import type {
  Incoming,
  MailTransport,
  Outgoing,
  PeerSight,
} from '../../src/fleet/mail/transport.ts'

/** cut: nothing was carried out. lost: it was, and the answer does not come. part: the first alone is held. */
type Fate = 'cut' | 'lost' | 'part' | Failure

export interface FakeTransport extends MailTransport {
  /** What the other side holds, in the order in which it came; one that came twice is here twice. */
  readonly held: Outgoing[]
  sends: number
  receives: number
  readonly fates: Fate[]
  /** What the next looks bring. */
  readonly inbox: (readonly Incoming[] | 'cut')[]
  readonly acked: Envelope[]
  seen: readonly PeerSight[]
  arrive(): void
  isClosed: boolean
}

const unreachable = failure('git', 'the remote does not answer')

export function createFakeTransport(pollMs: number | null = 10_000): FakeTransport {
  const listeners = new Set<(isBack: boolean) => void>()
  const fake: FakeTransport = {
    held: [],
    sends: 0,
    receives: 0,
    fates: [],
    inbox: [],
    acked: [],
    seen: [],
    isClosed: false,
    pollMs,
    async send(all): Promise<Result<readonly Outgoing[], Failure>> {
      fake.sends += 1
      const fate = fake.fates.shift()
      if (fate === 'cut') return err(unreachable)
      if (typeof fate === 'object') return err(fate)
      const taken = fate === 'part' ? all.slice(0, 1) : all
      fake.held.push(...taken)
      return fate === 'lost' ? err(unreachable) : ok(taken)
    },
    async receive() {
      fake.receives += 1
      const next = fake.inbox.shift() ?? []
      return next === 'cut' ? err(unreachable) : ok(next)
    },
    async taken(envelopes) {
      fake.acked.push(...envelopes)
    },
    onArrival(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    sights: () => fake.seen,
    compact: async () => ok('2 messages were dropped'),
    async close() {
      fake.isClosed = true
    },
    arrive: () => listeners.forEach((listener) => listener(false)),
  }
  return fake
}
