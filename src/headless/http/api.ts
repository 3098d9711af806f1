/** The doors behind the token: RPC over HTTP, REST with its OpenAPI page, and the stream of events. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { OpenAPIGenerator } from '@orpc/openapi'
import { OpenAPIHandler } from '@orpc/openapi/node'
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
import { errorBody, sendFailure, sendJson } from './exchange.ts'
import { readJsonBody } from './exchange.ts'
import { sinceOf, streamEvents } from './event-stream.ts'

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
  const rpc = new RPCHandler<HandlerContext>(router)
  const rest = new OpenAPIHandler<HandlerContext>(router, {
    customErrorResponseBodyEncoder: (error) => errorBody(failureFrom(error).failure),
  })
  let page: Promise<unknown> | null = null
  return async (request, response, url, actor) => {
    if (url.pathname === '/api/openapi.json' && isRead(request))
      return sendJson(response, 200, await (page ??= openApiPage(parts.yard.version)))
    if (url.pathname === '/api/events' && isRead(request))
      return sendEvents(parts, { request, response, url, actor })
    const prefix = ['/rpc', '/api'].find((each) => url.pathname.startsWith(`${each}/`))
    const handler = prefix === '/rpc' ? rpc : rest
    if (!prefix || !(await takeBody(request, response, actor)))
      return prefix ? undefined : sendUnknown(parts, response, url, actor)
    const { yard, view, host } = parts
    const context = { yard, view, host, actor }
    const { matched } = await handler.handle(request, response, {
      prefix: prefix === '/rpc' ? '/rpc' : '/api',
      context,
    })
    if (!matched) sendUnknown(parts, response, url, actor)
  }
}

const isRead = ({ method }: IncomingMessage): boolean => method === 'GET' || method === 'HEAD'

/** Reads the body for oRPC, which takes `request.body` as parsed already. False = it was refused. */
async function takeBody(
  request: IncomingMessage & { body?: unknown },
  response: ServerResponse,
  actor: Actor,
): Promise<boolean> {
  if (isRead(request)) return true
  const body = await readJsonBody(request, BODY_LIMIT[actor.kind])
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

/** The one door that is no procedure. */
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
