/** `yard mcp`: the tools of an agent where one has started it, else those of a person's assistant. stdout is the protocol's alone. */
import { randomUUID } from 'node:crypto'
import { err, ok, type Result } from '../../../base/result.ts'
import { findYard } from '../../../config/paths.ts'
import { failure, type Failure } from '../../../domain/failure.ts'
import type { AgentCaller, YardAccess, YardConnection } from '../../../mcp/tool.ts'
import { findCaller, namelessRefusal } from '../../../yard/access/caller.ts'
import { withYard } from '../../connect/connect.ts'
import { failureFromError } from '../../connect/failure-from-error.ts'
import { defineCommand, type Cli } from '../../spec/define.ts'
import { errorLine } from '../../text/print.ts'

export const mcp = defineCommand({
  notes: [
    'A program starts it: an assistant of yours, or the CLI of an agent, which is given only what an agent may do about its own task.',
  ],
  examples: ['claude mcp add yard -- yard mcp --dir ~/projects/site'],
  async handler(cli) {
    const caller = await callerOf(cli)
    if (!caller.ok) return caller
    const { serveMcp } = await import('../../../mcp/serve.ts')
    const { stdin, stdout, stderr, gone } = cli.machine
    const log = (text: string): void => void stderr.write(`yard mcp: ${text}\n`)
    if (stdin.isTTY) log('this speaks to programs: add it to an assistant, see docs/mcp.md')
    await serveMcp({
      version: cli.version,
      caller: caller.value,
      stdin,
      stdout,
      gone,
      log,
      door: createDoor(cli),
      lineOf: errorLine,
    })
    return ok(0)
  },
})

/** Without a yard here every call says so; one may be made while the assistant runs. */
async function callerOf({ machine, dir }: Cli): Promise<Result<AgentCaller | null, Failure>> {
  const paths = findYard(machine.cwd, machine.env, dir)
  if (!paths.ok) return ok(null)
  const caller = findCaller(machine.env, paths.value.root)
  if (caller.kind === 'nameless') return err(namelessRefusal())
  if (caller.kind === 'agent' && caller.taskId === '')
    return err(
      failure('bad-request', 'YARD_TASK_ID is not set beside YARD_TOKEN', {
        hint: 'it is the task whose claim gave the token',
      }),
    )
  return ok(caller.kind === 'agent' ? caller : null)
}

/** One call after the other: without an owner each opens the yard in this process and closes it again. */
function createDoor(cli: Cli): YardConnection {
  let last: Promise<unknown> = Promise.resolve()
  return {
    open<T>(use: (at: YardAccess) => Promise<Result<T, Failure>>) {
      const next = last.then(() => openOnce(cli, use))
      last = next
      return next
    },
  }
}

async function openOnce<T>(
  cli: Cli,
  use: (at: YardAccess) => Promise<Result<T, Failure>>,
): Promise<Result<T, Failure>> {
  const commandId = randomUUID()
  const { cwd } = cli.machine
  const answers: T[] = []
  try {
    const outcome = await withYard({ ...cli, commandId }, async ({ client, owner }) => {
      const answer = await use({ client, hasOwner: owner !== null, cwd, commandId })
      if (!answer.ok) return answer
      answers.push(answer.value)
      return ok(0)
    })
    if (!outcome.ok) return outcome
  } catch (error) {
    return err(failureFromError(error))
  }
  return ok(answers.at(-1) as T)
}
