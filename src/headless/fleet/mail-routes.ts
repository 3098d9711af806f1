/** `/api/fleet/mail`: the mail of machines that reach this yard by a member token. */
import type { Clock } from '../../base/clock.ts'
import type { AccessToken } from '../../domain/messages/access-token.ts'
import { failure, httpStatusOf, type Failure } from '../../domain/failure.ts'
import { MAX_ENVELOPE_BYTES } from '../../fleet/mail/envelope.ts'
import { MAIL_PATH } from '../../fleet/mail/hub/hub-wire.ts'
import type { FleetRoutes, Route, TokenCall } from '../../fleet/routes.ts'
import {
  acceptMail,
  ackMail,
  directoryOf,
  knownPlace,
  mailFor,
  mailTokenOf,
  mailWaitingFor,
} from '../../yard/fleet/hub-mail.ts'
import type { Yard } from '../../yard/yard.ts'
import { discardBody, errorBody } from '../http/exchange.ts'
import { createMailStreams } from './mail-stream.ts'

type MailRoute = Pick<Route, 'method' | 'path'> & {
  readonly handle: (call: TokenCall) => void | Promise<void>
}

/** Returns what takes them away again. */
export function addMailRoutes(
  yard: Yard,
  clock: Clock,
  routes: Pick<FleetRoutes, 'add'> = yard.fleet.routes,
): () => void {
  const hasRoom = createRateLimit(clock)
  const streams = createMailStreams(yard, clock)
  const add = ({ handle, ...route }: MailRoute): (() => void) =>
    routes.add({
      ...route,
      access: 'token',
      handle(call) {
        const refusal = hasRoom(call.token) ?? refusalOf(yard, call.token)
        return refusal ? call.fail(refusal) : handle(call)
      },
    })
  const removers = [
    add({ method: 'POST', path: MAIL_PATH, handle: (call) => receiveMail(yard, call) }),
    add({
      method: 'GET',
      path: MAIL_PATH,
      handle(call) {
        const after = afterOf(call)
        const limit = limitOf(call)
        if (after === null || limit === null) return refuse(call, noPlace)
        const place = knownPlace(yard, after)
        const isStream = (call.request.headers.accept ?? '').includes('text/event-stream')
        return isStream ? streams.serve(call, place) : listMail(yard, call, { after: place, limit })
      },
    }),
    add({
      method: 'POST',
      path: `${MAIL_PATH}/:id/ack`,
      async handle(call) {
        const acked = await ackMail(yard, call.token, call.params['id'] ?? '')
        if (acked.ok) call.json(200, acked.value)
        else call.fail(acked.error)
      },
    }),
  ]
  return () => {
    for (const remove of removers) remove()
  }
}

function refusalOf(yard: Yard, token: AccessToken): Failure | null {
  const fit = mailTokenOf(yard, token)
  return fit.ok ? null : fit.error
}

async function receiveMail(yard: Yard, call: TokenCall): Promise<void> {
  const sent = await call.body(MAX_ENVELOPE_BYTES)
  if (!sent.ok) {
    const isLarge = sent.error.facts?.['limitBytes'] !== undefined
    if (isLarge) await discardBody(call.request, MOST_DISCARDED)
    return refuse(call, isLarge ? tooLarge : sent.error, isLarge ? 413 : undefined)
  }
  const key = call.request.headers['idempotency-key']
  const id: unknown =
    typeof sent.value === 'object' && sent.value !== null ? Reflect.get(sent.value, 'id') : null
  if (typeof key !== 'string' || key !== id) return refuse(call, noKey)
  const accepted = await acceptMail(yard, call.token, sent.value)
  if (!accepted.ok) return refuse(call, accepted.error)
  call.json(accepted.value.isNew ? 201 : 200, { id: accepted.value.id })
}

function listMail(
  yard: Yard,
  call: TokenCall,
  { after, limit }: { readonly after: number; readonly limit: number },
): void {
  const page = mailWaitingFor(yard, call.token)
    .filter(({ place }) => place > after)
    .slice(0, limit)
  call.json(200, {
    hub: directoryOf(yard, call.token),
    messages: page.flatMap(({ id }) => mailFor(yard, call.token, id) ?? []),
    next: page.at(-1)?.place ?? after,
  })
}

/** What the client saw last, else `?after=`, else the beginning; null when it is no number. */
function afterOf({ request, url }: TokenCall): number | null {
  const last = request.headers['last-event-id']
  const text =
    (typeof last === 'string' && last !== '' ? last : url.searchParams.get('after')) ?? '0'
  return /^\d{1,16}$/.test(text) ? Number(text) : null
}

const MOST_LISTED = 100

/** Messages of one answer; null where it is no number that can be had. */
function limitOf({ url }: TokenCall): number | null {
  const text = url.searchParams.get('limit') ?? String(MOST_LISTED)
  const limit = /^\d{1,3}$/.test(text) ? Number(text) : 0
  return limit >= 1 && limit <= MOST_LISTED ? limit : null
}

/** A malformed request is 400 here. */
function refuse(call: TokenCall, error: Failure, status = statusOf(error)): void {
  if (!call.request.complete) call.response.setHeader('connection', 'close')
  call.json(status, errorBody(error))
}

const statusOf = (error: Failure): number =>
  error.kind === 'bad-request' ? 400 : httpStatusOf(error)

/** Of a body that is too large. */
const MOST_DISCARDED = 1_000_000

const tooLarge = failure('bad-request', `the body is larger than ${MAX_ENVELOPE_BYTES} bytes`, {
  hint: 'send a shorter text',
  facts: { limitBytes: MAX_ENVELOPE_BYTES },
})

const noKey = failure('bad-request', 'the header Idempotency-Key must be the id of the message', {
  hint: 'send the same id in both, and the same message under one id',
  facts: { field: 'idempotency-key' },
})

const noPlace = failure(
  'bad-request',
  `after and limit: must be a number that this endpoint has given, and 1 to ${MOST_LISTED}`,
  { hint: 'leave them away to begin with what waits', facts: { field: null } },
)

/** Requests of one token: so many at once, then so many a second. */
const BURST = 600
const PER_SECOND = 10

/** Gives why one more is too many; null where there is room. */
function createRateLimit({ monotonic }: Pick<Clock, 'monotonic'>) {
  const levels = new Map<string, { left: number; at: number }>()
  return ({ id, name }: AccessToken): Failure | null => {
    const now = monotonic()
    const { left, at } = levels.get(id) ?? { left: BURST, at: now }
    const room = Math.min(BURST, left + ((now - at) / 1000) * PER_SECOND)
    levels.set(id, { left: room < 1 ? room : room - 1, at: now })
    if (room >= 1) return null
    return failure('too-many', `the token ${name} has sent too many requests`, {
      hint: `${PER_SECOND} a second are let through`,
      facts: { retryAfterSec: Math.max(1, Math.ceil((1 - room) / PER_SECOND)) },
    })
  }
}
