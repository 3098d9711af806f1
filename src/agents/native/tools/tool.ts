/** A tool of our own agent: what the model is told of it, and what it does. */
import type { z } from 'zod'
import { errorText } from '../../../base/text.ts'
import type { Permissions } from '../../../domain/settings.ts'

export interface ToolOutcome {
  readonly ok: boolean
  /** For the model; bounded. */
  readonly text: string
}

export interface ToolContext {
  /** The work tree, absolute. Relative paths start there. */
  readonly root: string
  /** File tools stay inside the work tree. */
  readonly isConfined: boolean
  /** For what it starts: the agent's own without the keys. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** The agent was asked to stop. */
  readonly signal: AbortSignal
  readonly now: () => number
}

/** read: looks only. act: changes things or may do anything. report: speaks to the yard. */
export type ToolEffect = 'read' | 'act' | 'report'

export interface Tool {
  readonly name: string
  readonly description: string
  readonly effect: ToolEffect
  readonly schema: z.ZodObject
  /** Whether this call changes something if it succeeds. */
  changes(input: unknown): boolean
  /** Never throws for what the model did wrong: that is told to it. */
  run(input: unknown, context: ToolContext): Promise<ToolOutcome>
}

interface ToolDefinition<S extends z.ZodObject> extends Omit<Tool, 'schema' | 'changes' | 'run'> {
  readonly schema: S
  changes?(input: z.output<S>): boolean
  run(input: z.output<S>, context: ToolContext): Promise<ToolOutcome> | ToolOutcome
}

export const defineTool = <S extends z.ZodObject>(tool: ToolDefinition<S>): Tool => ({
  ...tool,
  changes(input) {
    const read = tool.schema.safeParse(input)
    return read.success && (tool.changes?.(read.data) ?? false)
  },
  async run(input, context) {
    const read = tool.schema.safeParse(input)
    if (!read.success) return no(`these arguments do not fit: ${read.error.message}`)
    try {
      return await tool.run(read.data, context)
    } catch (error) {
      return no(errorText(error))
    }
  },
})

export const yes = (text: string): ToolOutcome => ({ ok: true, text: bounded(text) })
export const no = (text: string): ToolOutcome => ({ ok: false, text: bounded(text) })

/** UTF-16 units of one result. */
const MAX_RESULT = 30_000
const TAIL = 10_000

/** The middle of a long text is left out, for what went wrong mostly stands at its end. */
function bounded(text: string): string {
  if (text.length <= MAX_RESULT) return text.toWellFormed()
  const left = text.length - MAX_RESULT
  const head = text.slice(0, MAX_RESULT - TAIL).toWellFormed()
  return `${head}\n[… ${left} characters left out …]\n${text.slice(-TAIL).toWellFormed()}`
}

const MAY_DO: Readonly<Record<Permissions, readonly ToolEffect[]>> = {
  bypass: ['read', 'act', 'report'],
  workspace: ['read', 'act', 'report'],
  ask: ['read', 'report'],
}

/** Whether a profile lets its agents do this without asking. */
export const isAllowed = (permissions: Permissions, effect: ToolEffect): boolean =>
  MAY_DO[permissions].includes(effect)
