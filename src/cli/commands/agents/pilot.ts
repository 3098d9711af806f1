/** `yard pilot`: an agent CLI in this very terminal, driven by a person. */
import { createInterface } from 'node:readline/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { err, ok, type Result } from '../../../base/result.ts'
import type { PilotStart } from '../../../contract/task.ts'
import type { AgentView } from '../../../contract/view.ts'
import { failure, type Failure } from '../../../domain/failure.ts'
import type { runInTerminal, TerminalEnd } from '../../../yard/executors/pilot-terminal.ts'
import { refuseAgent, withYard, type Connection } from '../../connect/connect.ts'
import type { Client } from '../../connect/owner.ts'
import {
  argument,
  defineCommand,
  option,
  type Cli,
  type Outcome,
  printed,
} from '../../spec/define.ts'
import { definedFields, taskId } from '../../spec/values.ts'

export const pilot = defineCommand({
  arguments: { id: argument('<id>', 'the task', taskId) },
  options: {
    executor: option('--executor <name>', "whose CLI (default: the task's own, or the yard's)"),
    done: option('--done', 'says that it is done when the CLI ends, and does not ask'),
    fail: option('--fail <reason>', 'says that it failed, and does not ask'),
    back: option('--back', 'gives it back, and does not ask'),
  },
  exclusive: [['done', 'fail', 'back']],
  notes: [
    'It works where an agent of the yard would: in the worktree of its task, with what the task builds on, and in its earlier conversation.',
    'When the CLI ends you are asked what became of the task; done is checked like any work. A task that is given back is open again.',
    'Ends with 0, or with 1 when the task has failed. A paused task or a paused yard can be piloted all the same.',
  ],
  examples: ['yard pilot build', 'yard pilot build --executor codex'],
  async handler(cli, given) {
    const allowed = refuseAgent(cli, 'pilot a task')
    if (!allowed.ok) return allowed
    const session = await begin(cli, given)
    if (!session.ok) return session
    const { start, program } = session.value
    const branch = start.branch === null ? '' : ` (${start.branch})`
    const conversation = start.resumes ? ', in its earlier conversation' : ''
    cli.print.progress(
      `${start.agent} works on ${start.task} in ${start.cwd}${branch}${conversation}`,
    )
    const { runInTerminal } = await import('../../../yard/executors/pilot-terminal.ts')
    const end = await runInTerminal(program)
    return finish(cli, session.value, { end, verdict: verdictFrom(given) })
  },
})

interface Session {
  readonly start: PilotStart
  readonly paths: Connection['paths']
  readonly program: Parameters<typeof runInTerminal>[0]
}

/** Claims the task and takes over its stage while the yard is open, so that no other process finds the stage without an owner. */
async function begin(
  cli: Cli,
  { id, executor }: { readonly id: string; readonly executor: string | undefined },
): Promise<Result<Session, Failure>> {
  let session: Session | null = null
  const { endTerminalStage, takeTerminalStage, terminalProgram } =
    await import('../../../yard/executors/pilot-terminal.ts')
  const outcome = await withYard(cli, async ({ client, paths, owner }) => {
    const start = await client.task.pilot({
      id,
      ...definedFields({ executor }),
      commandId: cli.commandId,
    })
    const taken = await takeTerminalStage(start.folder)
    if (!taken.ok) return err(failure('wrong-state', taken.error.reason, { hint: 'try again' }))
    const url = owner?.url ?? null
    const program = terminalProgram(start, { paths, url }, cli.machine.env)
    if (!program.ok) {
      endTerminalStage(start.folder, NOT_STARTED)
      const hint = `${start.task} was given back; correct that and try again`
      return err(failure('wrong-state', program.error.reason, { hint }))
    }
    session = { start, paths, program: program.value }
    return ok(0)
  })
  if (!outcome.ok) return outcome
  return session === null ? err(failure('internal', 'nothing was begun')) : ok(session)
}

const NOT_STARTED = { code: 127, signal: null } as const

interface Ended {
  readonly end: TerminalEnd
  /** As the options say it; null when they leave it open. */
  readonly verdict: Verdict | null
}

/** Reports what became of it in the agent's name, and lets the yard settle it. */
async function finish(cli: Cli, session: Session, { end, verdict }: Ended): Promise<Outcome> {
  const { endTerminalStage } = await import('../../../yard/executors/pilot-terminal.ts')
  const { start } = session
  let reported: Outcome = ok(0)
  try {
    if (!end.wasStopped) reported = await report(cli, session, verdict)
  } finally {
    endTerminalStage(start.folder, end)
  }
  if (!reported.ok) return reported
  // The yard, which may have sent the signal, waits for this process to be gone.
  return end.wasStopped ? printTakenBack(cli, start) : awaitSettled(cli, start)
}

function printTakenBack(cli: Cli, { agent, task }: PilotStart): Outcome {
  const unknown = { outcome: null, state: null, failure: null, changes: null }
  return printed(cli, { agent, task, ...unknown }, () =>
    cli.print.line(`${task} was taken back from this terminal; what was done is kept`),
  )
}

async function report(
  cli: Cli,
  { start, paths }: Session,
  given: Verdict | null,
): Promise<Outcome> {
  const agent = await agentOf(cli, start.agent)
  if (!agent.ok) return agent
  if (agent.value.status === 'ended' || agent.value.said !== null) return ok(0)
  const verdict = given ?? (await askVerdict(cli, start.task))
  if (verdict.kind === 'back') return ok(0)
  const { pilotVariables } = await import('../../../yard/handlers/agent-token.ts')
  const env = { ...cli.machine.env, ...pilotVariables(start, paths, null) }
  const asAgent = { ...cli, machine: { ...cli.machine, env }, dir: null }
  return withYard(asAgent, async ({ client }) => {
    await sendVerdict(client, start, verdict, `${cli.commandId}-end`)
    return ok(0)
  })
}

async function sendVerdict(
  client: Client,
  { task: id, agent, generation }: PilotStart,
  verdict: Exclude<Verdict, { kind: 'back' }>,
  commandId: string,
): Promise<void> {
  const about = { id, agent, generation, commandId }
  if (verdict.kind === 'done') await client.task.complete(about)
  else await client.task.fail({ ...about, reason: verdict.reason })
}

/** Waits while its work is collected, and verified where its task asks for that. */
async function awaitSettled(cli: Cli, start: PilotStart): Promise<Outcome> {
  const since = performance.now()
  for (let isAnnounced = false; ;) {
    const agent = await agentOf(cli, start.agent)
    if (!agent.ok) return agent
    if (agent.value.status === 'ended') return printEnd(cli, agent.value)
    const waited = performance.now() - since
    if (!isAnnounced && waited > SLOW_MS) {
      cli.print.progress('its work is being collected and checked …')
      isAnnounced = true
    }
    await delay(waited > SLOW_MS ? 1000 : 100)
  }
}

const SLOW_MS = 3000

const printEnd = (cli: Cli, agent: AgentView): Promise<Outcome> =>
  withYard(cli, async ({ client }) => {
    const { state } = await client.task.get({ id: agent.task })
    const { id, task, outcome, failure: bad, changes } = agent
    cli.print.result({ agent: id, task, outcome, state, failure: bad, changes }, () => {
      const back = outcome === 'superseded' ? 'was given back: it ' : ''
      const why = bad === null ? '' : ` (${bad.reason})`
      cli.print.line(`${task} ${back}is ${state}${why}`)
    })
    return ok(outcome === 'failed' ? 1 : 0)
  })

async function agentOf(cli: Cli, id: string): Promise<Result<AgentView, Failure>> {
  let found: AgentView | null = null
  const outcome = await withYard(cli, async ({ client }) => {
    found = await client.agent.get({ id })
    return ok(0)
  })
  if (!outcome.ok) return outcome
  return found === null ? err(failure('internal', `nothing is known of ${id}`)) : ok(found)
}

/** What a person says became of the task. */
type Verdict =
  | { readonly kind: 'done' }
  | { readonly kind: 'fail'; readonly reason: string }
  /** Neither: the task is open again and goes on where it was left. */
  | { readonly kind: 'back' }

function verdictFrom({
  done,
  fail: reason,
  back,
}: {
  readonly done: boolean
  readonly fail: string | undefined
  readonly back: boolean
}): Verdict | null {
  if (done) return { kind: 'done' }
  if (reason !== undefined) return { kind: 'fail', reason: reason.trim() || NO_REASON }
  return back ? { kind: 'back' } : null
}

const NO_REASON = 'its pilot says that it failed'

/** Asks on a terminal; without one there is no answer, so the task is given back. */
async function askVerdict({ machine }: Cli, task: string): Promise<Verdict> {
  const { stdin: input, stderr: output } = machine
  if (!input.isTTY || !output.isTTY) return { kind: 'back' }
  const lines = createInterface({ input, output })
  try {
    // ^C and ^D say nothing of the task either.
    const signal = new AbortController()
    lines.on('SIGINT', () => signal.abort()).on('close', () => signal.abort())
    const ask = (text: string): Promise<string> => lines.question(text, signal)
    const answer = await ask(`What became of ${task}? [d]one, [f]ailed, [b]ack to the yard (b): `)
    const word = answer.trim().toLowerCase()
    if (word === 'd' || word === 'done') return { kind: 'done' }
    if (word !== 'f' && word !== 'failed') return { kind: 'back' }
    const reason = (await ask('Why? ')).trim()
    return { kind: 'fail', reason: reason || NO_REASON }
  } catch {
    return { kind: 'back' } // not answered
  } finally {
    lines.close()
  }
}
