/** How a living loop shows in `state.json` when it last ran, so that no clock that is set and no sleep passes for a standstill. */
import { createProcessHost } from '../../agents/process/host/identity.ts'
import { isoTime } from '../views/iso-time.ts'

export interface Heartbeat {
  /** ISO 8601. */
  readonly heartbeatAt: string
  /** Names this boot of the machine; null where the system does not tell. */
  readonly bootId: string | null
  /** By the clock that all processes of one boot share and nobody sets. */
  readonly monotonicMs: number
}

/** What the loop writes when it runs at that time. */
export async function createHeartbeatStamp(): Promise<(at: number) => Heartbeat> {
  const bootId = await thisBoot()
  return (at) => ({ heartbeatAt: isoTime(at), bootId, monotonicMs: sharedMs() })
}

/** Ms; null where no loop has ever shown itself. */
export async function heartbeatAgeMs(
  { heartbeatAt, bootId, monotonicMs }: Partial<Heartbeat>,
  now: number,
): Promise<number | null> {
  const at = typeof heartbeatAt === 'string' ? Date.parse(heartbeatAt) : Number.NaN
  if (Number.isNaN(at)) return null
  const isSameBoot = typeof bootId === 'string' && bootId === (await thisBoot())
  const ageMs = isSameBoot && typeof monotonicMs === 'number' ? sharedMs() - monotonicMs : -1
  // A container may have a clock of its own: then there is only the wall's.
  return ageMs >= 0 ? ageMs : Math.max(0, now - at)
}

const sharedMs = (): number => Math.round(Number(process.hrtime.bigint() / 1_000_000n))

async function thisBoot(): Promise<string | null> {
  try {
    return await createProcessHost().bootId()
  } catch {
    return null // the system does not tell
  }
}
