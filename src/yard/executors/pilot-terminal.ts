/** What a person's terminal does with a piloted agent: takes it up, runs its CLI with the terminal's own environment, and ends it. */
import { MARKER_VARIABLE } from '../../domain/ids.ts'
import { delimiter, join } from 'node:path'
import { err, ok, type Result } from '../../base/result.ts'
import {
  agentEnvironment,
  applyEnvironment,
  missingKey,
} from '../../agents/executors/launch/environment.ts'
import type { Environment } from '../../agents/executors/executor.ts'
import type { TerminalProgram } from '../../agents/pilot/terminal-stage.ts'
import { which } from '../../agents/runtime/stages/launch-stage.ts'
import { pilotVariables } from '../handlers/agent-token.ts'
import type { YardPaths } from '../../config/paths.ts'
import type { PilotStart } from '../../contract/task.ts'
import { workFailure, type WorkFailure } from '../../domain/failure.ts'

export {
  endTerminalStage,
  runInTerminal,
  takeTerminalStage,
  type TerminalEnd,
} from '../../agents/pilot/terminal-stage.ts'

/** The program with all its variables; a failure when this terminal has not what it needs. */
export function terminalProgram(
  start: PilotStart,
  { paths, url }: { readonly paths: YardPaths; readonly url: string | null },
  env: Environment,
): Result<TerminalProgram, WorkFailure> {
  const { argv, cwd, executor, defaults, set } = start
  const [name = '', ...args] = argv
  const missing = missingKey(executor, env)
  if (missing) return err(missing)
  const path = which(name, env, cwd)
  if (path === null)
    return err(workFailure('missing-program', `${name} was not found from this terminal`))
  const own = { ...applyEnvironment(env, agentEnvironment(executor, env, defaults)), ...set }
  const variables = { ...pilotVariables(start, paths, url), [MARKER_VARIABLE]: start.key }
  const shim = join(paths.service.folder, 'bin')
  return ok({ argv: [path, ...args], cwd, env: { ...withFolder(own, shim), ...variables } })
}

function withFolder(env: Record<string, string>, folder: string): Record<string, string> {
  const name = Object.keys(env).find((key) => key.toUpperCase() === 'PATH') ?? 'PATH'
  const rest = env[name]
  return { ...env, [name]: rest ? `${folder}${delimiter}${rest}` : folder }
}
