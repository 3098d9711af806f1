/** What the server needs to know of a protocol. */
import type { ServerResponse } from 'node:http'
import type { Behaviour, ModelRequest } from './behaviour.ts'

export interface ErrorAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: unknown
}

export interface Protocol {
  readonly name: 'anthropic' | 'responses' | 'chat' | 'gemini'
  /** `path`: of the request, without its query. */
  parse(body: unknown, path: string): ModelRequest
  answer(behaviour: Behaviour, request: ModelRequest, response: ServerResponse): Promise<void>
  error(status: number, message: string): ErrorAnswer
  /** `resetAtSec`: seconds since 1970; null = it does not say when. */
  quota(resetAtSec: number | null): ErrorAnswer
  /** The prompt is too long for the model. */
  overflow(): ErrorAnswer
}
