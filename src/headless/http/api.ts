/** The doors behind the token: RPC over HTTP, REST with its OpenAPI page, and the stream of events. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { OpenAPIGenerator } from '@orpc/openapi'
import { OpenAPIHandler } from '@orpc/openapi/node'
import type { AnyContractRouter } from '@orpc/contract'
import type { Router } from '@orpc/server'
import { RPCHandler } from '@orpc/server/node'
import { ZodToJsonSchemaConverter } from '@orpc/zod/zod4'
import type { Clock } from '../../base/clock.ts'
import { contract } from '../../contract/contract.ts'
import type { Actor } from '../../domain/command.ts'
import { failure } from '../../domain/failure.ts'
import type { HandlerContext } from '../../yard/handlers/context.ts'
import { failureFrom } from '../../yard/handlers/failures.ts'
import { isEnded } from '../../domain/permissions.ts'
import { router } from '../../yard/handlers/router.ts'
import { createBell, openEventStream, writeEvents } from './event-stream.ts'
import { errorBody, readJsonBody, sendFailure, sendJson } from './exchange.ts'
import { toJournalRow } from '../../yard/handlers/service-handlers.ts'
import type { Yard } from '../../yard/yard.ts'

interface ApiParts extends Omit<HandlerContext, 'actor'> {
  readonly clock: Clock
  /** Aborts when the host closes. */
  readonly signal: AbortSignal
}

export type Api = (
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  actor: Actor,
) => Promise<void>

/** A whole graph of 100,000 tasks goes in from the owner; an agent has no use for so much. */
const BODY_LIMIT = { person: 100_000_000, agent: 5_000_000, coordinator: 0 } as const

export function createApi(parts: ApiParts): Api {
  const { yard, view, host } = parts
  const call = createCalls<HandlerContext>(router)
  let page: Promise<unknown> | null = null
  return async (request, response, url, actor) => {
    if (url.pathname === '/api/openapi.json' && isRead(request))
      return sendJson(response, 200, await (page ??= openApiPage(yard.version)))
    if (url.pathname === '/api/events' && isRead(request))
      return sendEvents(parts, { request, response, url, actor })
    const context = { yard, view, host, actor }
    const isKnown = await call(request, response, url, { context, limit: BODY_LIMIT[actor.kind] })
    if (!isKnown) sendUnknown(parts, response, url, actor)
  }
}

/** The calls of a router by RPC and REST. Gives false, and answers nothing, where there is none at that address. */
export function createCalls<Context extends object>(calls: Router<AnyContractRouter, Context>) {
  const rpc = new RPCHandler<Context>(calls)
  const rest = new OpenAPIHandler<Context>(calls, {
    customErrorResponseBodyEncoder: (error) => errorBody(failureFrom(error).failure),
  })
  return async (
    request: IncomingMessage,
    response: ServerResponse,
    url: URL,
    { context, limit }: { readonly context: Context; readonly limit: number },
  ): Promise<boolean> => {
    const prefix = (['/rpc', '/api'] as const).find((each) => url.pathname.startsWith(`${each}/`))
    if (!prefix) return false
    if (!(await takeBody(request, response, limit))) return true
    const handler = prefix === '/rpc' ? rpc : rest
    const { matched } = await handler.handle(request, response, { prefix, context })
    return matched
  }
}

const isRead = ({ method }: IncomingMessage): boolean => method === 'GET' || method === 'HEAD'

/** Reads the body for oRPC, which takes `request.body` as parsed already. False = it was refused. */
async function takeBody(
  request: IncomingMessage & { body?: unknown },
  response: ServerResponse,
  limit: number,
): Promise<boolean> {
  if (isRead(request)) return true
  const body = await readJsonBody(request, limit)
  if (body.ok) {
    request.body = body.value
    return true
  }
  const isTooLarge = body.error.facts?.['limitBytes'] !== undefined
  sendFailure(response, body.error, { isLast: isTooLarge, ...(isTooLarge ? { status: 413 } : {}) })
  return false
}

interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly url: URL
  readonly actor: Actor
}

async function sendEvents(parts: ApiParts, { request, response, url, actor }: Exchange) {
  if (actor.kind === 'agent') {
    const refusal = isEnded(parts.yard.plan, actor)
      ? failure('unauthorized', `${actor.agentId} has ended`)
      : failure('not-allowed', 'an agent may not follow the journal')
    return sendFailure(response, refusal)
  }
  const since = sinceOf(request, url.searchParams)
  if (since === null)
    return sendFailure(
      response,
      failure('bad-request', 'since: it must be a sequence number', { facts: { field: 'since' } }),
    )
  return streamEvents(parts.yard, response, { since, clock: parts.clock, signal: parts.signal })
}

function sendUnknown(parts: ApiParts, response: ServerResponse, url: URL, actor: Actor): void {
  if (actor.kind === 'agent' && isEnded(parts.yard.plan, actor))
    return sendFailure(response, failure('unauthorized', `${actor.agentId} has ended`))
  const unknown = failure('bad-request', `there is nothing at ${url.pathname}`, {
    hint: '/api/openapi.json lists what there is',
  })
  sendFailure(response, unknown, { status: 404 })
}

async function openApiPage(version: string): Promise<unknown> {
  const generator = new OpenAPIGenerator({ schemaConverters: [new ZodToJsonSchemaConverter()] })
  const page = await generator.generate(contract, {
    info: { title: 'Yardmaster', version },
    servers: [{ url: '/api' }],
    security: [{ bearer: [] }],
    components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } },
  })
  return { ...page, paths: { ...page.paths, '/events': EVENTS_PAGE } }
}

const EVENTS_PAGE = {
  get: {
    operationId: 'events',
    summary:
      'The journal as server-sent events, from a sequence number on and then live. Never for agents.',
    parameters: [
      {
        name: 'since',
        in: 'query',
        schema: { type: 'integer', minimum: 0, default: 0 },
        description: 'Only rows after this sequence number.',
      },
      {
        name: 'Last-Event-ID',
        in: 'header',
        schema: { type: 'integer', minimum: 0 },
        description: 'As `since`, and before it: what the client saw last.',
      },
    ],
    responses: {
      200: {
        description:
          'Each event has a row of the journal as `data` and its sequence number as `id`.',
        content: { 'text/event-stream': { schema: { type: 'string' } } },
      },
      401: { description: 'No good token.' },
      403: { description: 'An agent may not follow the journal.' },
      422: { description: '`since` is no sequence number.' },
    },
  },
}

// `GET /api/events`: the journal as server-sent events. The reader sets the pace: rows are read from the store as they are taken.

const PAGE_ROWS = 200
const HEARTBEAT_MS = 15_000

/** The sequence number to go on from: what the client saw last, else `?since=`, else 0; null when it is no number. */
function sinceOf(request: IncomingMessage, query: URLSearchParams): number | null {
  const last = request.headers['last-event-id']
  const text = (typeof last === 'string' && last !== '' ? last : query.get('since')) ?? '0'
  return /^\d{1,15}$/.test(text) ? Number(text) : null
}

/** Resolves when the client is gone or the host closes (`signal`). */
async function streamEvents(
  yard: Pick<Yard, 'store' | 'onCommitted'>,
  response: ServerResponse,
  options: { readonly since: number; readonly clock: Clock; readonly signal: AbortSignal },
): Promise<void> {
  const gone = new AbortController()
  const signal = AbortSignal.any([gone.signal, options.signal])
  response.once('close', () => gone.abort())
  openEventStream(response)
  const news = createBell()
  const stop = yard.onCommitted(news.ring)
  signal.addEventListener('abort', news.ring, { once: true })
  let next = options.since
  try {
    while (!signal.aborted) {
      const rows = yard.store.journal(next, PAGE_ROWS)
      for (const row of rows) next = row.seq
      const text = rows.map(
        (row) => `id: ${row.seq}\ndata: ${JSON.stringify(toJournalRow(row))}\n\n`,
      )
      if (rows.length > 0) await writeEvents(response, text.join(''), signal)
      else if (await news.wait(options.clock, HEARTBEAT_MS)) continue
      else await writeEvents(response, ': alive\n\n', signal)
    }
  } finally {
    stop()
    response.end()
  }
}
