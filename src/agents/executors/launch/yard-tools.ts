/**
 * Our tools over the Model Context Protocol, as an agent's CLI is told of them: it starts `yard mcp`, the shim on the agent's PATH,
 * and that knows by the variables it inherits whose agent it serves. A CLI that keeps some of them back is told their names; their
 * values stand in no file and in no argument.
 */
import { join } from 'node:path'
import { MARKER_VARIABLE } from '../../../domain/agent.ts'
import type { PlannedFile } from '../executor.ts'

export const YARD_SERVER = 'yard'
export const YARD_PROGRAM = 'yard'
export const YARD_ARGUMENTS = ['mcp'] as const

/** What it offers to an agent. */
export const YARD_TOOLS: readonly string[] = [
  ...['yard_show', 'yard_dependencies', 'yard_done', 'yard_fail', 'yard_ask'],
  ...['yard_log', 'yard_artifact', 'yard_add'],
]

/** What the server must find in its environment beside PATH. */
export const YARD_VARIABLES = [
  ...['YARD_DIR', 'YARD_URL', 'YARD_TOKEN', 'YARD_TASK_ID', 'YARD_AGENT_ID', 'YARD_GENERATION'],
  MARKER_VARIABLE,
] as const

/** Until the server answers, ms: it starts beside others on a machine that may be busy. */
export const YARD_START_MS = 60_000

type More = Readonly<Record<string, unknown>>

/** In the form that most CLIs read. `more` is what one CLI alone knows. */
export const toolsSettings = (more: More = {}) => ({
  mcpServers: { [YARD_SERVER]: { command: YARD_PROGRAM, args: YARD_ARGUMENTS, ...more } },
})

export const toolsFile = (folder: string, more?: More): PlannedFile => ({
  path: join(folder, 'mcp.json'),
  content: `${JSON.stringify(toolsSettings(more))}\n`,
})
