/** Runs `acp-exec` as a real process against the scripted agent, and reads what it prints as the yard does. */
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { execa } from 'execa'
import type { AcpOrderInput } from '../../../src/agents/acp/acp-order.ts'
import type { OutputSummary } from '../../../src/agents/executors/executor.ts'
import { createExecEventReader } from '../../../src/agents/executors/readers/exec-events.ts'
import type { OutputReport } from '../../../src/domain/output.ts'

const ROOT = resolve(import.meta.dirname, '../../..')
const ENTRY = join(ROOT, 'src/agents/acp/acp-exec.ts')
const AGENT = join(ROOT, 'test/support/acp-agent.ts')

export interface AcpScene {
  readonly scenes: readonly string[]
  readonly order?: Partial<AcpOrderInput>
  readonly env?: Readonly<Record<string, string>>
  /** Asked to stop once its output holds this. */
  readonly stopAt?: string
  readonly prompt?: string
  readonly wholePrompt?: string
}

export interface AcpResult {
  readonly exitCode: number | undefined
  readonly stdout: string
  readonly stderr: string
  readonly reports: readonly OutputReport[]
  readonly summary: OutputSummary
  /** What the agent was sent. */
  readonly notes: readonly { readonly what: string; readonly value: unknown }[]
}

export interface AcpPlace {
  /** The agent's folder to work in; its links are followed. */
  readonly cwd: string
  readonly outside: string
  run(scene: AcpScene): Promise<AcpResult>
  remove(): Promise<void>
}

export async function makeAcpPlace(): Promise<AcpPlace> {
  const home = await realpath(await mkdtemp(join(tmpdir(), 'yard-acp-')))
  const cwd = await mkdtemp(join(home, 'work-'))
  const outside = await mkdtemp(join(home, 'outside-'))
  let runs = 0
  return {
    cwd,
    outside,
    remove: () => rm(home, { recursive: true, force: true }),
    async run({ scenes, order = {}, env = {}, stopAt, prompt = 'do it', wholePrompt }) {
      runs += 1
      const notesFile = join(home, `notes-${runs}`)
      const orderFile = join(home, `order-${runs}.json`)
      const wholePromptFile = wholePrompt === undefined ? null : join(home, `whole-${runs}.md`)
      if (wholePromptFile !== null) await writeFile(wholePromptFile, wholePrompt ?? '')
      const whole: AcpOrderInput = {
        v: 1,
        argv: [process.execPath, AGENT, ...scenes],
        cwd,
        permissions: 'bypass',
        mode: 'full',
        model: null,
        resume: null,
        wholePromptFile,
        granted: null,
        mcpServers: [],
        ...order,
      }
      await writeFile(orderFile, JSON.stringify(whole))
      const child = execa(process.execPath, [ENTRY, orderFile], {
        cwd,
        env: { ...env, ACP_AGENT_NOTES: notesFile },
        input: prompt,
        reject: false,
        timeout: 50_000,
        // Asked to stop, it has time of its own for that.
        forceKillAfterDelay: 45_000,
        stripFinalNewline: false,
      })
      let printed = ''
      child.stdout.on('data', (bytes: Buffer) => {
        const before = printed
        printed += bytes.toString()
        if (stopAt !== undefined && printed.includes(stopAt) && !before.includes(stopAt))
          child.kill('SIGTERM')
      })
      const { exitCode, stdout, stderr } = await child
      const reader = createExecEventReader()
      const reports = stdout.split('\n').flatMap((line) => reader.read(line, Date.now()))
      return {
        exitCode,
        stdout,
        stderr,
        reports: [...reports, ...(reader.rest?.() ?? [])],
        summary: reader.finish(),
        notes: existsSync(notesFile) ? notesIn(readFileSync(notesFile, 'utf8')) : [],
      }
    },
  }
}

const notesIn = (text: string): AcpResult['notes'] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line): AcpResult['notes'][number] => JSON.parse(line))

export const read = (path: string): Promise<string> => readFile(path, 'utf8')
