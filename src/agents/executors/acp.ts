/**
 * `acp`: any agent that speaks the Agent Client Protocol, as the `command` of its profile starts it. Our program `acp-exec` stands
 * between: it speaks for the client, and outlives the owner like every agent.
 */
import { join } from 'node:path'
import { err, ok } from '../../base/result.ts'
import type { LaunchOrder } from '../../domain/executor.ts'
import { workFailure } from '../../domain/failure.ts'
import type { AcpOrderInput } from '../acp/acp-order.ts'
import { grantedBy } from '../acp/action.ts'
import { worktreeBranchOf } from '../git/worktree/worktree-registry.ts'
import { promptOf } from '../prompt.ts'
import { fillTemplate } from './command.ts'
import type { Executor, LaunchInput, PlannedFile } from './executor.ts'
import { agentEnvironment } from './launch/environment.ts'
import {
  findProgram,
  resumedOf,
  YARD_ARGUMENTS,
  YARD_PROGRAM,
  YARD_SERVER,
  YARD_VARIABLES,
} from './launch/program.ts'
import { createExecEventReader } from './readers/exec-events.ts'

export const acp: Executor = {
  type: 'acp',
  plan(input) {
    const { profile } = input.order
    if (profile.command === null || profile.command.length === 0)
      return err(workFailure('launch', `executors.${profile.name} has no command`))
    const program = findProgram(input, '')
    if (!program.ok) return program
    const [path, ...template] = program.value
    const resumed = resumedOf(input)
    const whole = resumed === null ? null : wholePrompt(input)
    const isQuestion = input.order.answer !== null
    const isTold = template.some((element) => element.includes('{model}'))
    const order: AcpOrderInput = {
      v: 1,
      argv: [path, ...template.map((element) => fillTemplate(element, input))],
      cwd: input.cwd,
      permissions: profile.permissions,
      mode: modeOf(input.order),
      model: isTold ? null : input.order.modelId,
      resume: resumed,
      wholePromptFile: whole?.path ?? null,
      granted: grantedIn(input.order),
      mcpServers: isQuestion ? [] : [TOOLS],
    }
    const file = join(input.folder, 'acp-order.json')
    const files = [{ path: file, content: `${JSON.stringify(order, null, 2)}\n` }]
    const own = input.execProgram('acp-exec')
    const env = agentEnvironment(profile, input.inheritedEnv)
    return ok({
      argv: [...own.argv, file],
      env: { ...env, set: { ...env.set, ...own.env } },
      files: whole === null ? files : [...files, whole],
      stdin: 'prompt',
      hasTools: !isQuestion,
      // Told once its agent has made or loaded it.
      conversationId: null,
    })
  },
  createReader: createExecEventReader,
  stopSignal: 'SIGTERM',
  // It gives up its turn, closes its program, and only then is killed.
  graceMs: 10_000,
  givesFinal: true,
}

const modeOf = ({ answer, task }: LaunchOrder): AcpOrderInput['mode'] =>
  answer === null ? (task.mode ?? 'full') : 'answer'

/** The protocol hands a server its environment, so nothing hangs on what an agent lets through. */
const TOOLS: AcpOrderInput['mcpServers'][number] = {
  name: YARD_SERVER,
  command: YARD_PROGRAM,
  args: [...YARD_ARGUMENTS],
  variables: [...YARD_VARIABLES, 'PATH'],
}

/** What it is told where its agent cannot go on with the conversation. */
function wholePrompt({ order, cwd, folder }: LaunchInput): PlannedFile {
  const { worktreeName } = order.task
  const branch = worktreeName === null ? null : worktreeBranchOf(worktreeName)
  const place = { cwd, branch, yardCommand: 'yard', hasTools: true }
  const content = promptOf({ ...order, resume: null }, place)
  return { path: join(folder, 'prompt-whole.md'), content }
}

/** A person's answer is the newest line of the task's log that no agent wrote. */
function grantedIn({ task, notes }: LaunchOrder): string | null {
  const answer = notes.findLast(({ by }) => by !== 'coordinator' && !/^agent-\d+$/.test(by))
  if (task.lastFailure?.class !== 'question' || !answer) return null
  return grantedBy(task.lastFailure.reason, answer.text)
}
