/** When a provider will answer again, by the headers of its answer. */

type Headers = Readonly<Record<string, string | undefined>>

export interface Limit {
  /** ms; null where it does not say. */
  readonly resetAt: number | null
  /** The account's own limit is used up, not only that of the moment. */
  readonly isSpent: boolean
}

/** No provider's window is longer; anything beyond was misread. */
const LONGEST_MS = 35 * 86_400_000
/** `PREFIX-remaining-KIND` and `PREFIX-reset-KIND`; Anthropic turns the last two words round. */
const KINDS = ['requests', 'tokens', 'input-tokens', 'output-tokens']

/** `at`: now, ms. Header names are in small letters. */
export function resetOf(headers: Headers, at: number): Limit {
  const isSpent = headers['anthropic-ratelimit-unified-status'] === 'rejected'
  const unified = isSpent ? epochMs(headers['anthropic-ratelimit-unified-reset']) : null
  const asked = unified ?? retryAfter(headers, at) ?? windowReset(headers, at)
  const isSane = asked !== null && asked - at <= LONGEST_MS
  return { resetAt: isSane ? Math.max(at, Math.round(asked)) : null, isSpent }
}

function retryAfter(headers: Headers, at: number): number | null {
  const ms = amount(headers['retry-after-ms'])
  if (ms !== null) return at + ms
  const said = headers['retry-after']
  const seconds = amount(said)
  if (seconds !== null) return at + seconds * 1000
  return said === undefined ? null : dateMs(said)
}

/** The latest reset of the windows in which nothing is left. */
function windowReset(headers: Headers, at: number): number | null {
  const resets = KINDS.flatMap((kind) => [
    [
      headers[`anthropic-ratelimit-${kind}-remaining`],
      headers[`anthropic-ratelimit-${kind}-reset`],
    ],
    [headers[`x-ratelimit-remaining-${kind}`], headers[`x-ratelimit-reset-${kind}`]],
  ])
    .filter(([remaining]) => amount(remaining) === 0)
    .map(([, reset = '']) => durationMs(reset, at) ?? dateMs(reset))
    .filter((reset) => reset !== null)
  return resets.length === 0 ? null : Math.max(...resets)
}

/** `6m0s`, `1.5s`, `120ms`, `2h`. */
function durationMs(text: string, at: number): number | null {
  if (!/^(?:\d+(?:\.\d+)?(?:ms|[smhd]))+$/.test(text)) return null
  const units: Readonly<Record<string, number>> = {
    ms: 1,
    s: 1000,
    m: 60_000,
    h: 3_600_000,
    d: 86_400_000,
  }
  let ms = 0
  for (const [, value, unit = ''] of text.matchAll(/(\d+(?:\.\d+)?)(ms|[smhd])/g))
    ms += Number(value) * (units[unit] ?? 0)
  return at + ms
}

function amount(text: string | undefined): number | null {
  return text !== undefined && /^\d+(?:\.\d+)?$/.test(text.trim()) ? Number(text) : null
}

function epochMs(text: string | undefined): number | null {
  const seconds = amount(text)
  return seconds === null ? null : seconds * 1000
}

function dateMs(text: string): number | null {
  const ms = Date.parse(text)
  return Number.isNaN(ms) ? null : ms
}
