/** Requests to a hub, with the token of a file: what it answers, or why it does not. */
import { readFileSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { z } from 'zod'
import type { Clock } from '../../../base/clock.ts'
import { err, ok, type Result } from '../../../base/result.ts'
import { errorText } from '../../../base/text.ts'
import { fail, failure, type Failure } from '../../../domain/failure.ts'
import type { TransportSettings } from '../../../domain/settings.ts'
import {
  type FleetAnswer,
  type FleetRequest,
  openFleetClient,
  unreachable,
} from '../../pinned-client.ts'
import { isToken } from '../../tokens.ts'

export interface HubTarget {
  readonly transport: Pick<TransportSettings, 'url' | 'tokenFile' | 'pin'>
  /** The folder that holds `.yard`: where a relative `token_file` begins. */
  readonly root: string
  readonly env: Readonly<Record<string, string | undefined>>
}

/** A token that does not hold, or may not do this, is tried again after so long. */
const REFUSED_SEC = 300
/** Of an answer and what `read` takes of it; a stream has its own watch. */
const ANSWER_MS = 30_000

export type HubClient = ReturnType<typeof createClient>

/** Failures are of the settings: no address, a pin that is none. The file is read again for each request, so that a new token counts at once. */
export function openHubClient(
  { transport, root, env }: HubTarget,
  clock: Clock,
): Result<HubClient, Failure> {
  const { url, tokenFile, pin } = transport
  if (url === null || tokenFile === null)
    return fail('bad-request', `a hub needs transport.${url === null ? 'url' : 'token_file'}`, {
      hint: '`yard token create NAME --kind member` on the hub makes a token',
    })
  const file = resolve(root, tokenFile)
  let token: string | null = null
  const client = openFleetClient({ url, pin, env, token: () => token })
  if (!client.ok) return client
  return ok(
    createClient(client.value, {
      url,
      clock,
      readToken() {
        const read = tokenIn(file)
        token = read.ok ? read.value : null
        return read
      },
    }),
  )
}

interface ClientParts {
  readonly url: string
  readonly clock: Clock
  readToken(): Result<string, Failure>
}

type Opened = Extract<ReturnType<typeof openFleetClient>, { ok: true }>['value']

function createClient(client: Opened, { url, clock, readToken }: ClientParts) {
  return {
    url: new URL(url),
    /** The token as it is now; a failure where the file is not as it should be. */
    readToken,
    /**
     * What `read` gives of a success, or why there is none: `facts.retryAfterSec` says when to try again, `facts.ofMessage` that it is
     * this request alone. Never rejects.
     */
    async ask<T>(
      path: string,
      { signal, ...options }: FleetRequest & { readonly signal: AbortSignal },
      read: (answer: FleetAnswer) => T | Promise<T>,
    ): Promise<Result<T, Failure>> {
      const token = readToken()
      if (!token.ok) return token
      const late = new AbortController()
      const cancel = clock.after(ANSWER_MS, () => late.abort(new Error('no answer within 30 s')))
      try {
        const either = AbortSignal.any([signal, late.signal])
        const answer = await client.call(path, { ...options, signal: either })
        if (answer.status >= 200 && answer.status < 300) return ok(await read(answer))
        return err(refusalOf({ url, now: clock.now() }, answer, await answer.text()))
      } catch (error) {
        return err(unreachable(url, late.signal.aborted ? late.signal.reason : error))
      } finally {
        cancel()
      }
    },
    close: () => client.close(),
  }
}

/** Larger files hold something else. */
const MAX_TOKEN_FILE = 10_000

function tokenIn(file: string): Result<string, Failure> {
  try {
    const { mode, size } = statSync(file)
    if (process.platform !== 'win32' && (mode & 0o077) !== 0)
      return fail('not-allowed', `${file} can be read by others, so it is not used`, {
        hint: `chmod 600 ${file}`,
        facts: { file },
      })
    const text = size > MAX_TOKEN_FILE ? '' : readFileSync(file, 'utf8').trim()
    if (isToken(text)) return ok(text)
    return fail('bad-request', `${file} holds no token`, {
      hint: 'it is one line that begins with ymt_, as `yard token create` on the hub prints it',
      facts: { file },
    })
  } catch (error) {
    return fail('io', `the token file cannot be read: ${errorText(error)}`, {
      hint: 'transport.token_file names it',
      facts: { file },
    })
  }
}

const refusalSchema = z.object({
  error: z.object({
    kind: z.string(),
    message: z.string(),
    facts: z.record(z.string(), z.unknown()).optional(),
  }),
})
type Refusal = z.output<typeof refusalSchema>['error']

function refusalOf(
  { url, now }: { readonly url: string; readonly now: number },
  { status, headers }: FleetAnswer,
  text: string,
): Failure {
  const said = saidIn(text)
  const why = said ? said.message.slice(0, 500) : `it answered ${status}`
  const asked = retryAfterOf(headers['retry-after'], now)
  if (status === 401)
    return failure('unauthorized', `${url} does not let this token in: ${why}`, {
      hint: 'put a new one into the file of transport.token_file: `yard token create` on the hub',
      facts: { status, retryAfterSec: asked ?? REFUSED_SEC },
    })
  if (isOfMessage(status, said))
    return failure('wrong-state', why, { facts: { status, ofMessage: true } })
  const isFinal = status === 403
  return failure(isFinal ? 'not-allowed' : 'not-running', `${url}: ${why}`, {
    facts: { status, ...retryFacts(asked ?? (isFinal ? REFUSED_SEC : null)) },
  })
}

const retryFacts = (sec: number | null) => (sec === null ? {} : { retryAfterSec: sec })

/** It would be refused again, and others would not. */
function isOfMessage(status: number, said: Refusal | null): boolean {
  if (said === null) return false
  if (status === 403) return said.facts?.['field'] === 'from'
  if (status === 404) return /^unknown-(?:member|task|message)$/.test(said.kind)
  return status === 400 || status === 409 || status === 413
}

function saidIn(text: string): Refusal | null {
  try {
    return refusalSchema.parse(JSON.parse(text)).error
  } catch {
    return null // a proxy's page
  }
}

const MAX_RETRY_SEC = 3600

/** Seconds, or a date, as a proxy may say it. */
function retryAfterOf(header: string | undefined, now: number): number | null {
  if (header === undefined) return null
  const sec = /^\d{1,9}$/.test(header)
    ? Number(header)
    : Math.ceil((Date.parse(header) - now) / 1000)
  return Number.isNaN(sec) ? null : Math.min(MAX_RETRY_SEC, Math.max(0, sec))
}

/** What a failure asks for, ms; null where it says nothing. */
export function retryAfterMs({ facts }: Failure): number | null {
  const sec = facts?.['retryAfterSec']
  return typeof sec === 'number' ? sec * 1000 : null
}
