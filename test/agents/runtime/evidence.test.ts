/** A disk that is full says nothing of a task: no attempt is spent, nothing fails for it, and what was done is collected later. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import type { GitGuard } from '../../../src/agents/git/git-guard.ts'
import { settledEnd } from '../../../src/agents/runtime/evidence.ts'
import {
  createTracked,
  type LocalRuntimeOptions,
} from '../../../src/agents/runtime/tracked-agent.ts'
import { unstarted } from '../../../src/agents/runtime/stages/launch-stage.ts'
import type { LineStages } from '../../../src/agents/runtime/stages/line-stage.ts'
import { prepareWorkdir } from '../../../src/agents/runtime/workdir.ts'
import { VERDICTS } from '../../../src/domain/failure.ts'
import { createManualClock } from '../../support/manual-clock.ts'
import { launchOrder } from '../executors/launch-order.ts'
import { gitThat, prepare, project, sandbox, write, type Sandbox } from '../git/git-sandbox.ts'

const guardOf = ({ home }: Sandbox): GitGuard => ({
  file: join(home, 'settings'),
  marker: 'marker',
  isQuiet: () => true,
})
const FULL = "echo 'fatal: cannot write: No space left on device' >&2; exit 128"

const fullFor = (box: Sandbox, command: string): void =>
  gitThat(box, `case " $* " in *" ${command} "*) ${FULL} ;; esac`)

/** The git of before again. */
const room = (): void => void vi.stubEnv('PATH', process.env['PATH']?.replace(/^[^:]*:/, ''))

describe('a full disk', () => {
  it.each(['ENOSPC', 'EDQUOT'])('spends no attempt of what cannot be started (%s)', (code) => {
    const failed = unstarted(Object.assign(new Error(code), { code }))
    expect(VERDICTS[failed.class]).toBe('back-off')
  })

  it('spends no attempt of what gets no worktree', async () => {
    const box = sandbox()
    project(box)
    const order = launchOrder('claude', { task: { worktree: 'on' } })
    fullFor(box, 'worktree')
    const how = { guard: guardOf(box), target: null, own: box.root }
    const placed = await prepareWorkdir(order, box.root, box.worktrees, how)
    expect(placed).toMatchObject({ ok: false, error: { failure: { class: 'machine-busy' } } })
    room()
    expect(await prepareWorkdir(order, box.root, box.worktrees, how)).toMatchObject({ ok: true })
  })

  it('puts off the end of an agent for as long as it lasts, and its work is found then', async () => {
    const box = sandbox()
    project(box)
    const { path, branch, base } = await prepare(box, 'build')
    write(path, { 'made.txt': 'two\n' })
    const agents = join(box.root, '.yard', 'agents')
    const clock = createManualClock()
    const workplace = { cwd: path, branch, baseCommit: base }
    const held = createTracked(launchOrder('shell', { agent: { workplace } }), { agents, clock })
    mkdirSync(held.folder, { recursive: true })
    const options = {
      root: box.root,
      clock,
      worktree: () => ({ uncommitted: 'commit' }),
      hasLogged: () => false,
      reportOf: () => null,
    } as unknown as LocalRuntimeOptions
    const settle = () =>
      settledEnd(
        held,
        { kind: 'exited', exit: { code: 0, signal: null, endedAt: 0 } },
        { options, guard: guardOf(box), stages: {} as LineStages },
      )
    fullFor(box, 'write-tree')
    for (let round = 0; round < 8; round += 1) await expect(settle()).rejects.toThrow(/is full/)
    room()
    expect(await settle()).toMatchObject({ changes: { filesChanged: 1 } })
  })
})
