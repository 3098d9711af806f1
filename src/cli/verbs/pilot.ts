/** `yard pilot`: an agent CLI in this very terminal, driven by a person. */
import { setTimeout as delay } from 'node:timers/promises'
import { err, ok, type Result } from '../../base/result.ts'
import type { PilotStart } from '../../contract/task.ts'
import type { AgentView } from '../../contract/view.ts'
import { failure, type Failure } from '../../domain/failure.ts'
import {
  endTerminalStage,
  pilotVariables,
  runInTerminal,
  takeTerminalStage,
  terminalProgram,
  type TerminalEnd,
} from '../../yard/pilot-terminal.ts'
import type { Cli, Outcome } from '../cli.ts'
import type { Client } from '../client.ts'
import { withYard } from '../connect.ts'
import type { Connection } from '../connection.ts'
import { askVerdict, saidVerdict, type Verdict } from '../pilot-verdict.ts'
import { refuseAgent } from '../refuse-agent.ts'
import type { Words } from '../words.ts'

export async function pilot(cli: Cli, words: Words): Promise<Outcome> {
  const allowed = refuseAgent(cli, 'pilot a task')
  if (!allowed.ok) return allowed
  const begun = await begin(cli, words)
  if (!begun.ok) return begun
  const { start, program } = begun.value
  cli.print.progress(
    `${start.agent} works on ${start.task} in ${start.cwd}${start.branch === null ? '' : ` (${start.branch})`}${start.resumes ? ', in its earlier conversation' : ''}`,
  )
  const end = await runInTerminal(program)
  return finish(cli, begun.value, { end, said: saidVerdict(words) })
}

interface Begun {
  readonly start: PilotStart
  readonly paths: Connection['paths']
  readonly program: Parameters<typeof runInTerminal>[0]
}

/** Claims the task and takes its stage up while the yard is at hand, so that nobody finds it without an owner. */
async function begin(cli: Cli, words: Words): Promise<Result<Begun, Failure>> {
  let begun: Begun | null = null
  const executor = words.text('executor')
  const outcome = await withYard(cli, async ({ client, paths, owner }) => {
    const start = await client.task.pilot({
      id: words.arg(0),
      ...(executor === undefined ? {} : { executor }),
      commandId: cli.commandId,
    })
    const taken = await takeTerminalStage(start.folder)
    if (!taken.ok) return err(failure('wrong-state', taken.error.reason, { hint: 'try again' }))
    const url = owner?.url ?? null
    const program = terminalProgram(start, { paths, url }, cli.machine.env)
    if (!program.ok) {
      endTerminalStage(start.folder, NOT_STARTED)
      const hint = `${start.task} was given back; mend that and try again`
      return err(failure('wrong-state', program.error.reason, { hint }))
    }
    begun = { start, paths, program: program.value }
    return ok(0)
  })
  if (!outcome.ok) return outcome
  return begun === null ? err(failure('internal', 'nothing was begun')) : ok(begun)
}

const NOT_STARTED = { code: 127, signal: null } as const

interface Ended {
  readonly end: TerminalEnd
  readonly said: Verdict | null
}

/** Says what became of it, in the agent's own name, and lets the yard settle it. */
async function finish(cli: Cli, begun: Begun, { end, said }: Ended): Promise<Outcome> {
  const { start } = begun
  let told: Outcome = ok(0)
  try {
    if (!end.isTold) told = await tell(cli, begun, said)
  } finally {
    endTerminalStage(start.folder, end)
  }
  if (!told.ok) return told
  // The yard, which may have sent the signal, waits for this process to be gone.
  return end.isTold ? tellTakenBack(cli, start) : settled(cli, begun)
}

function tellTakenBack({ print }: Cli, { agent, task }: PilotStart): Outcome {
  const unknown = { outcome: null, state: null, failure: null, changes: null }
  print.result({ agent, task, ...unknown }, () =>
    print.line(`${task} was taken back from this terminal; what was done is kept`),
  )
  return ok(0)
}

async function tell(cli: Cli, { start, paths }: Begun, said: Verdict | null): Promise<Outcome> {
  const agent = await agentOf(cli, start.agent)
  if (!agent.ok) return agent
  if (agent.value.status === 'ended' || agent.value.said !== null) return ok(0)
  const verdict = said ?? (await askVerdict(cli, start.task))
  if (verdict.kind === 'back') return ok(0)
  const env = { ...cli.machine.env, ...pilotVariables(start, paths, null) }
  const asAgent = { ...cli, machine: { ...cli.machine, env }, dir: null }
  return withYard(asAgent, async ({ client }) => {
    await report(client, start, verdict, `${cli.commandId}-end`)
    return ok(0)
  })
}

async function report(
  client: Client,
  { task: id, agent, generation }: PilotStart,
  verdict: Exclude<Verdict, { kind: 'back' }>,
  commandId: string,
): Promise<void> {
  const about = { id, agent, generation, commandId }
  if (verdict.kind === 'done') await client.task.complete(about)
  else await client.task.fail({ ...about, reason: verdict.reason })
}

/** Its work is collected, and verified where its task asks for that: as long as that takes. */
async function settled(cli: Cli, { start }: Begun): Promise<Outcome> {
  const since = performance.now()
  for (let isSaid = false; ;) {
    const agent = await agentOf(cli, start.agent)
    if (!agent.ok) return agent
    if (agent.value.status === 'ended') return tellEnd(cli, agent.value)
    const waited = performance.now() - since
    if (!isSaid && waited > SLOW_MS) {
      cli.print.progress('its work is being collected and checked …')
      isSaid = true
    }
    await delay(waited > SLOW_MS ? 1000 : 100)
  }
}

const SLOW_MS = 3000

const tellEnd = (cli: Cli, agent: AgentView): Promise<Outcome> =>
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
