/** Who may use the fleet endpoint: tokens that hold, addresses that guess, and what is open under each token. */
import type { Clock } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import { err, ok, type Result } from '../base/result.ts'
import { errorText } from '../base/text.ts'
import type { AccessToken } from '../domain/messages/access-token.ts'
import { failure, type Failure } from '../domain/failure.ts'
import { findByText, isToken } from './tokens.ts'

export interface AccessParts {
  /** Those that are not revoked, by id. */
  readonly tokens: () => ReadonlyMap<string, AccessToken>
  /** Called at most once a minute for each token. */
  readonly saveUse: (id: string, at: number) => void
  readonly clock: Clock
  readonly log: Log
}

export type FleetAccess = ReturnType<typeof createAccess>

/** A revoked or expired token has nothing open after this and the time that an upgraded socket gets to say goodbye. */
export const SWEEP_MS = 5_000
const USE_EVERY_MS = 60_000

interface Held {
  readonly id: string
  readonly end: () => void
}

export function createAccess({ tokens, saveUse, clock, log }: AccessParts) {
  const attempts = createAttempts(clock)
  const held = new Set<Held>()
  const usedAt = new Map<string, number>()
  let cancelSweep: (() => void) | null = null

  const isGood = ({ expiresAt }: AccessToken): boolean =>
    expiresAt === null || clock.now() < expiresAt
  const noteUse = (id: string): void => {
    const now = clock.now()
    const last = usedAt.get(id)
    // A wall clock that was set back must not end the notes.
    if (last !== undefined && Math.abs(now - last) < USE_EVERY_MS) return
    usedAt.set(id, now)
    saveUse(id, now)
  }
  const find = (text: string): AccessToken | null => {
    const token = isToken(text) ? findByText(tokens().values(), text) : null
    return token && isGood(token) ? token : null
  }
  const endAll = (which: (each: Held) => boolean): void => {
    for (const each of [...held].filter(which)) {
      held.delete(each)
      try {
        each.end()
      } catch (error) {
        log.error('a connection was not closed', { token: each.id, error: errorText(error) })
      }
    }
  }
  const check = (): void =>
    endAll(({ id }) => {
      const token = tokens().get(id)
      return !token || !isGood(token)
    })
  const sweep = (): void => {
    check()
    for (const id of new Set([...held].map((each) => each.id))) noteUse(id)
    cancelSweep = held.size > 0 ? clock.after(SWEEP_MS, sweep) : null
  }

  return {
    /** The token of a bearer; `unauthorized`, or `too-many` for an address that has guessed too often. */
    admit(address: string, bearer: string | null): Result<AccessToken, Failure> {
      const admitted = attempts.run(address, () => (bearer === null ? null : find(bearer)))
      if (admitted.ok) noteUse(admitted.value.id)
      return admitted
    },
    /** The same account of failures for another secret: null is a wrong guess. */
    attempt: attempts.run,
    /** `end` is called once, when the token does not hold any more. Gives what is called when the connection has closed by itself. */
    hold(id: string, end: () => void): () => void {
      const entry = { id, end }
      held.add(entry)
      cancelSweep ??= clock.after(SWEEP_MS, sweep)
      return () => void held.delete(entry)
    },
    /** Ends at once what is open under tokens that do not hold any more. */
    check,
    close(): void {
      cancelSweep?.()
      cancelSweep = null
      held.clear()
    },
  }
}

const MAX_FAILURES = 10
const WINDOW_MS = 60_000
/** The oldest give way: no flood of addresses may fill the memory. */
const MAX_ADDRESSES = 10_000

/** Wrong secrets by address. Whoever has sent ten within a minute is not even asked for a while: a right one would be a lucky guess. */
function createAttempts(clock: Pick<Clock, 'monotonic'>) {
  const failures = new Map<string, readonly number[]>()
  const recent = (address: string): readonly number[] =>
    (failures.get(address) ?? []).filter((at) => at > clock.monotonic() - WINDOW_MS)
  const note = (address: string): void => {
    const times = [...recent(address), clock.monotonic()]
    failures.delete(address)
    failures.set(address, times)
    if (failures.size <= MAX_ADDRESSES) return
    const [oldest = ''] = failures.keys()
    failures.delete(oldest)
  }
  return {
    run<T>(address: string, find: () => T | null): Result<T, Failure> {
      const times = recent(address)
      const [first = 0] = times
      if (times.length >= MAX_FAILURES)
        return err(tooMany(address, first + WINDOW_MS - clock.monotonic()))
      const found = find()
      if (found !== null) return ok(found)
      note(address)
      return err(unauthorized)
    },
  }
}

const tooMany = (address: string, waitMs: number): Failure =>
  failure('too-many', `${address} has sent ${MAX_FAILURES} wrong secrets within a minute`, {
    hint: 'wait a minute; `yard token list` on the other side shows which tokens hold',
    facts: { retryAfterSec: Math.max(1, Math.ceil(waitMs / 1000)) },
  })

const unauthorized = failure('unauthorized', 'this token or code is unknown, used, or over', {
  hint: '`yard token create` and `yard token invite` on the other side make new ones',
})
