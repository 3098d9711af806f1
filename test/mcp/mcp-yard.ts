/** A yard with a real `yard mcp` on it, asked through the client of the official SDK. */
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { PROGRAM, type TestYard } from '../cli/yard-command.ts'
import { eventually } from '../support/eventually.ts'

export interface Answer {
  readonly isError: boolean
  readonly text: string
}

export interface Assistant {
  readonly client: Client
  readonly pid: number
  call(name: string, args?: Record<string, unknown>): Promise<Answer>
  /** The answer as JSON; a refusal is a fault of the test. */
  json(name: string, args?: Record<string, unknown>): Promise<Record<string, unknown>>
  close(): Promise<void>
}

const answerSchema = z.object({
  isError: z.boolean().default(false),
  content: z.array(z.object({ type: z.literal('text'), text: z.string() })),
})

export async function connectTo(
  place: Pick<TestYard, 'folder' | 'env'>,
  env: Readonly<Record<string, string>> = {},
): Promise<Assistant> {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [PROGRAM, 'mcp'],
    cwd: place.folder,
    env: { ...place.env, ...env },
  })
  const client = new Client({ name: 'test', version: '1' })
  await client.connect(transport)
  const call: Assistant['call'] = async (name, args = {}) => {
    const answer = answerSchema.parse(await client.callTool({ name, arguments: args }))
    return { isError: answer.isError, text: answer.content.map((part) => part.text).join('\n') }
  }
  return {
    client,
    pid: transport.pid ?? 0,
    call,
    async json(name, args) {
      const { isError, text } = await call(name, args)
      if (isError) throw new Error(`${name}: ${text}`)
      return z.record(z.string(), z.unknown()).parse(JSON.parse(text))
    },
    close: () => client.close(),
  }
}

/** The variables of an agent that works on task `id` until a file `go` is there. Its command has written them down. */
export const WAITING_AGENT =
  'env > .agent-env; mv .agent-env agent-env; until [ -e go ]; do sleep 0.05; done'

export const agentEnvironment = (place: TestYard): Promise<Record<string, string>> =>
  eventually(() => {
    const lines = readFileSync(join(place.folder, 'agent-env'), 'utf8').split('\n')
    const own = lines.filter((line) => line.startsWith('YARD_'))
    return Object.fromEntries(own.map((line) => line.split(/=(.*)/s).slice(0, 2)))
  }, 60_000)
