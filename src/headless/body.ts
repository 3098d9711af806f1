/** Reads a request's body whole, within a limit, as JSON. */
import type { IncomingMessage } from 'node:http'
import { err, ok, type Result } from '../base/result.ts'
import { isTooDeep, MAX_JSON_DEPTH } from '../domain/bounds.ts'
import { failure, type Failure } from '../domain/failure.ts'

/** An empty body is an empty object. Of one that is too large the rest stays unread: the connection has to be closed. */
export async function readJsonBody(
  request: IncomingMessage,
  limitBytes: number,
): Promise<Result<unknown, Failure>> {
  const text = await readText(request, limitBytes)
  if (text === null)
    return err(
      failure('bad-request', `the body is larger than ${Math.round(limitBytes / 1e6)} MB`, {
        hint: 'send it in parts',
        facts: { limitBytes },
      }),
    )
  if (text.trim() === '') return ok({})
  if (isTooDeep(text))
    return err(
      failure('bad-request', `the body is nested deeper than ${MAX_JSON_DEPTH} levels`, {
        facts: { field: null },
      }),
    )
  try {
    return ok(JSON.parse(text))
  } catch (error) {
    const why = error instanceof Error ? error.message : 'unreadable'
    return err(failure('bad-request', `the body is not JSON: ${why}`, { facts: { field: null } }))
  }
}

async function readText(request: IncomingMessage, limitBytes: number): Promise<string | null> {
  if (Number(request.headers['content-length'] ?? 0) > limitBytes) return null
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) continue
    size += chunk.length
    if (size > limitBytes) return null
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
