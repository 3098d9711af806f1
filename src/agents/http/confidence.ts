/** What a service was told in confidence does not come back by its answer: some of them echo what they were sent. */
import type { HttpRequest } from './request.ts'

/** Shorter values would be found in any text. */
const MIN_LENGTH = 4
const HIDDEN = '[hidden]'

/** Values of headers that came from variables, the agent's token, and the values in the address's query. */
export function secretsOf(
  { url }: Pick<HttpRequest, 'url'>,
  given: readonly (string | undefined)[],
): readonly string[] {
  const all = [...given, ...url.searchParams.values()].flatMap((value) => {
    if (value === undefined || value.length < MIN_LENGTH) return []
    // `Bearer x` is as secret as `x`, and JSON writes some letters in another way.
    const bare = value.replace(/^(?:Bearer|Basic|Token)\s+/i, '')
    return [value, bare, JSON.stringify(value).slice(1, -1), JSON.stringify(bare).slice(1, -1)]
  })
  return [...new Set(all)].toSorted((a, b) => b.length - a.length)
}

export const redactText = (text: string, secrets: readonly string[]): string =>
  secrets.reduce((left, secret) => left.replaceAll(secret, HIDDEN), text)

/** The same for every text within a value of JSON, names included. */
export function redact<T>(value: T, secrets: readonly string[]): T {
  if (secrets.length === 0) return value
  return redactAny(value, secrets) as T
}

function redactAny(value: unknown, secrets: readonly string[]): unknown {
  if (typeof value === 'string') return redactText(value, secrets)
  if (Array.isArray(value)) return value.map((one) => redactAny(one, secrets))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [redactText(key, secrets), redactAny(one, secrets)]),
  )
}

/** An address without what may be secret in it, for a file that is kept. */
export function plainAddress(address: string | null): string | null {
  const url = address === null ? null : URL.parse(address)
  return url && `${url.origin}${url.pathname}${url.search === '' ? '' : '?…'}`
}
