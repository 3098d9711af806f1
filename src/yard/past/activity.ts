/** Commits over time, for the time strip. */
import type { z } from 'zod'
import type { pageContract } from '../../contract/page.ts'
import type { Yard } from '../yard.ts'
import { createPacer } from '../slices.ts'
import { isoOrNull, isoTime } from '../views/iso-time.ts'

type Activity = z.infer<(typeof pageContract.activity)['~orpc']['outputSchema'] & z.ZodType>

/** Rows of the journal counted at a time. */
const PIECE = 20_000
const MAX_FAILURES = 1000

/** `from` null = from the first commit. Both instants in ms; what was committed at `to` itself counts. */
export async function readActivity(
  { store: { past } }: Pick<Yard, 'store'>,
  span: { readonly from: number | null; readonly to: number },
  buckets: number,
  signal?: AbortSignal,
): Promise<Activity> {
  const firstAt = past.firstAt()
  const to = span.to + 1
  const from = Math.min(span.from ?? firstAt ?? span.to, span.to)
  const stepMs = (to - from) / buckets
  const bars = Array.from({ length: buckets }, (_, i) => ({
    at: isoTime(Math.round(from + i * stepMs)),
    events: 0,
    failures: 0,
  }))
  const pacer = createPacer(signal)
  let failed: number[] = []
  for (let at = from; at < to;) {
    const end = past.pieceEnd(at, to, PIECE)
    for (const { step, events, failures } of past.activity({
      from: at,
      to: end,
      origin: from,
      stepMs,
    })) {
      const bar = bars[Math.min(step, buckets - 1)]
      if (!bar) continue
      bar.events += events
      bar.failures += failures
    }
    // Asked piece by piece as well: to find few among very many rows takes as long as to count them.
    failed = [...failed, ...past.failures({ from: at, to: end }, MAX_FAILURES).toReversed()]
    failed = failed.slice(-MAX_FAILURES)
    at = end
    const wait = pacer.check()
    if (wait) await wait
  }
  return {
    from: isoTime(from),
    to: isoTime(span.to),
    firstAt: isoOrNull(firstAt),
    bars,
    failures: failed.map(isoTime),
  }
}
