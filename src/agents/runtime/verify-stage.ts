/** Runs a task's verify command where its agent worked, in a folder beneath the agent's. */
import { join } from 'node:path'
import { agentEnvironment, applyEnvironment, withoutKeys } from '../executors/launch/environment.ts'
import { MARKER_VARIABLE } from '../../domain/agent.ts'
import type { HeldAgent, LocalRuntimeOptions } from './held-agent.ts'
import { runLine, type LineEnd, type LineStages } from './line-stage.ts'

type Options = Pick<LocalRuntimeOptions, 'env' | 'agentVariables' | 'root'>

/** It was stopped before its verify command could say anything. */
export const UNVERIFIED = { code: 75, tail: 'it was stopped before it was verified' } as const

/** Throws when it could not be run to its end (disk full …): then nothing is known and it is asked again later. */
export async function runVerify(
  held: HeldAgent,
  line: string,
  stages: LineStages,
  options: Options,
): Promise<LineEnd> {
  const end = await runLine(stages, {
    folder: join(held.folder, 'verify'),
    line,
    cwd: held.workplace?.cwd ?? options.root,
    env: lineEnvironment(held, options),
    bootId: held.bootId,
    marker: held.key,
    timeoutMs: null,
    signal: held.stopped.signal,
  })
  if (end) return end
  if (held.stop !== null) return UNVERIFIED
  throw new Error('the verify command could not be run to its end')
}

/** A line runs what agents wrote, so to the yard it is the agent for which it runs. */
export function lineEnvironment(
  held: Pick<HeldAgent, 'order' | 'key'>,
  options: Options,
): Record<string, string> {
  const { profile, foreignKeys } = held.order
  const change = withoutKeys(agentEnvironment(profile, options.env), foreignKeys)
  const base = applyEnvironment(options.env, change)
  const own = options.agentVariables(held.order.agent)
  return { ...base, ...own, ...(held.key === null ? {} : { [MARKER_VARIABLE]: held.key }) }
}
