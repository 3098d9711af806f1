/** Asks the model again while its provider is unwell for a moment. What takes longer is the coordinator's to wait for. */
import type { WorkFailure } from '../../domain/failure.ts'
import { oneLine } from '../../domain/output.ts'
import type { OwnEventInput } from '../executors/readers/own-events.ts'
import { requestFailure } from './provider-error.ts'

const MAX_RETRIES = 5
/** A provider that wants a longer pause is left alone: the agent ends and is started again when the time has come. */
const MAX_WAIT_MS = 60_000
const FIRST_WAIT_MS = 1000

export class RequestFailed extends Error {
  readonly failure: WorkFailure
  constructor(failure: WorkFailure) {
    super(failure.reason)
    this.failure = failure
  }
}

export interface RetryParts {
  readonly signal: AbortSignal
  readonly emit: (event: OwnEventInput) => void
  readonly now: () => number
  /** Rejects when the signal is given. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>
  /** 0 to 1. */
  readonly random: () => number
}

/** Throws `RequestFailed`, or the reason of the signal. */
export async function withRetries<T>(ask: () => Promise<T>, parts: RetryParts): Promise<T> {
  for (let retry = 1; ; retry++) {
    try {
      return await ask()
    } catch (error) {
      parts.signal.throwIfAborted()
      await waitAfter(error, retry, parts)
    }
  }
}

async function waitAfter(error: unknown, retry: number, parts: RetryParts): Promise<void> {
  const at = parts.now()
  const { failure, isPassing, retryAt } = requestFailure(error, at)
  // Some of it by chance, so that many agents do not all come back at once.
  const backOff = FIRST_WAIT_MS * 2 ** (retry - 1) * (1 + parts.random() / 2)
  const waitMs = Math.max(0, Math.round(retryAt === null ? backOff : retryAt - at))
  if (!isPassing || retry > MAX_RETRIES || waitMs > MAX_WAIT_MS) throw new RequestFailed(failure)
  const why = `${oneLine(failure.reason)}; try ${retry} of ${MAX_RETRIES}`
  parts.emit({ type: 'waiting', until: at + waitMs, why, class: failure.class })
  await parts.sleep(waitMs, parts.signal)
}
