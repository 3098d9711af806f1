/**
 * `command`: any CLI by a template. `{model}`, `{prompt_file}`, `{task_id}` and `{agent_id}` are filled inside their own element,
 * which stays one argument whatever the value holds; a value is not searched for placeholders again. The program itself is never
 * filled. Where no model is known `{model}` is empty, so that arguments keep their places.
 */
import { err, ok } from '../../base/result.ts'
import { workFailure, type WorkFailure } from '../../domain/failure.ts'
import { PLACEHOLDER, type PLACEHOLDERS, type Profile } from '../../domain/settings.ts'
import type { Executor, LaunchInput } from './executor.ts'
import { agentEnvironment } from './launch/environment.ts'
import { findProgram } from './launch/program.ts'
import { createRawReader } from './readers/reader.ts'

export const command: Executor = {
  type: 'command',
  plan(input) {
    const { profile } = input.order
    if (profile.command === null || profile.command.length === 0) {
      return err(workFailure('launch', `executors.${profile.name} has no command`))
    }
    if (input.order.answer !== null) return err(noModel(profile))
    const program = findProgram(input, '')
    if (!program.ok) return program
    const [path, ...template] = program.value
    const env = agentEnvironment(profile, input.inheritedEnv)
    const argv: [string, ...string[]] = [
      path,
      ...template.map((element) => fillTemplate(element, input)),
    ]
    return ok({ argv, env, stdin: profile.stdin, conversationId: null })
  },
  createReader: createRawReader,
  stopSignal: 'SIGTERM',
  graceMs: 10_000,
  givesFinal: false,
}

const noModel = ({ name }: Pick<Profile, 'name'>): WorkFailure =>
  workFailure('launch', `executor ${name} cannot be asked a question: no model stands behind it`)

export function fillTemplate(element: string, { order, promptFile }: LaunchInput): string {
  const values: Readonly<Record<string, string>> = {
    '{model}': order.modelId ?? '',
    '{prompt_file}': promptFile,
    '{task_id}': order.task.id,
    '{agent_id}': order.agent.id,
  } satisfies Record<(typeof PLACEHOLDERS)[number], string>
  return element.replace(PLACEHOLDER, (found) => values[found] ?? found)
}

/** `shell`: the line of the task, given unchanged to `sh -c` (PowerShell on Windows). */
export const shell: Executor = {
  type: 'shell',
  plan({ order, inheritedEnv, platform }) {
    if (order.answer !== null) return err(noModel(order.profile))
    const line = order.task.exec
    if (line === null)
      return err(workFailure('launch', 'it has nothing to run: a shell task needs an exec line'))
    const argv: [string, ...string[]] =
      platform === 'win32'
        ? ['powershell.exe', '-NoProfile', '-NonInteractive', '-Command', line]
        : ['/bin/sh', '-c', line]
    return ok({
      argv,
      env: agentEnvironment(order.profile, inheritedEnv),
      stdin: 'none',
      conversationId: null,
    })
  },
  createReader: createRawReader,
  stopSignal: 'SIGTERM',
  graceMs: 10_000,
  givesFinal: false,
}
