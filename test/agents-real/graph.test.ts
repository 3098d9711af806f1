/** Whole graphs done by the real CLIs, with nothing but the model behind them played. */
import { readFile, writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Artifact } from '../../src/domain/executor.ts'
import type { TaskId } from '../../src/domain/ids.ts'
import type { Task } from '../../src/domain/task.ts'
import type { Yard } from '../../src/yard/yard.ts'
import type { MockLlm } from '../support/mock-llm/server.ts'
import { installAgentClis } from './install.ts'
import { startMock } from './real-agents.ts'
import { addTask as add, PERSON, untilTask } from '../yard/real-place.ts'
import { isDone, makeRealYard, ROOT, type RealYard } from './real-yard.ts'
import { eventually } from '../support/eventually.ts'
import { isAlive } from '../support/is-alive.ts'

const INSTALL_MS = 300_000
const GRAPH_MS = 120_000

let mock: MockLlm
let place: RealYard
let yard: Yard

beforeAll(async () => {
  await installAgentClis()
}, INSTALL_MS)
beforeEach(async () => {
  mock = await startMock()
  place = await makeRealYard(mock.url)
  yard = await place.open()
})
afterEach(async () => {
  await yard.close()
  await mock.close()
  await place.remove()
})

const textsOf = (id: string): string[] =>
  yard.store
    .artifactsOf(id as TaskId)
    .map((stored) => stored.artifact as Artifact)
    .flatMap((artifact) => (artifact.kind === 'text' ? [artifact.text] : []))
const agentsOf = (id: string) => yard.store.agents({ which: 'all', taskId: id as TaskId })
const failureClass = (task: Task): string | null => task.lastFailure?.class ?? null

describe.each(['claude', 'codex'] as const)('%s in a graph', { timeout: GRAPH_MS }, (executor) => {
  it('keeps a text answer as an artifact, with usage and conversation', async () => {
    await add(yard, {
      id: 'ask' as TaskId,
      title: 'Ask',
      description: '[[mock:text text="Forty-two."]]',
      executor,
      worktree: 'off',
    })
    await untilTask(yard, 'ask', isDone)
    expect(textsOf('ask')).toEqual(['Forty-two.'])
    const [agent] = agentsOf('ask')
    expect(agent?.usage?.inputTokens).toBeGreaterThan(0)
    expect(agent?.conversation?.id).toMatch(/^[0-9a-f-]{36}$/)
    expect(agent?.provenance.executor).toBe('named by the task')
  })

  it('hands what one task wrote to the next, in worktrees of their own, and leaves the checkout alone', async () => {
    const model = executor === 'codex' ? 'plain' : null
    await add(yard, {
      id: 'first' as TaskId,
      title: 'Write it',
      description: '[[mock:tool cmd="echo one > one.txt"]]',
      executor,
      model,
    })
    await add(yard, {
      id: 'second' as TaskId,
      title: 'Go on',
      description: '[[mock:tool cmd="cat one.txt > two.txt && echo two >> two.txt"]]',
      executor,
      model,
      after: ['first' as TaskId],
    })
    const second = await untilTask(yard, 'second', isDone)
    const workplace = agentsOf('second')[0]?.workplace
    expect(await readFile(join(workplace?.cwd ?? '', 'two.txt'), 'utf8')).toBe('one\ntwo\n')
    expect(workplace?.cwd).not.toBe(agentsOf('first')[0]?.workplace?.cwd)
    const committed = await execa('git', [
      '-C',
      place.root,
      'show',
      `${second.resultCommit}:two.txt`,
    ])
    expect(committed.stdout).toBe('one\ntwo')
    expect((await execa('git', ['-C', place.root, 'status', '--porcelain'])).stdout).toBe('')
    expect(existsSync(join(place.root, 'one.txt'))).toBe(false)
    const prompt = await readFile(
      join(place.paths.agents, agentsOf('second')[0]?.id ?? '', 'prompt.md'),
      'utf8',
    )
    expect(prompt).toContain('first')
  })

  it('plants programs for git, and none of them is started as a person', async () => {
    const home = join(place.root, '..')
    const started = join(home, 'started')
    const spy = `sh ${join(home, 'spy')}`
    await writeFile(join(home, 'spy'), `[ -n "$YARD_AGENT_KEY" ] || touch '${started}'\ncat\n`)
    const keys = ['filter.evil.clean', 'filter.evil.smudge', 'core.fsmonitor', 'core.sshCommand']
    const more = ['diff.evil.textconv', 'diff.external', 'merge.evil.driver', 'gpg.program']
    const rest = ['core.editor', 'core.pager', 'credential.helper', 'alias.add', 'core.askPass']
    const plant = [
      ...[...keys, ...more, ...rest].map((key) => `git config ${key} '${spy}'`),
      `for hook in post-checkout post-index-change reference-transaction; do`,
      `  printf '#!/bin/sh\\n${spy} </dev/null\\n' > "$(git rev-parse --git-common-dir)/hooks/$hook"`,
      `  chmod +x "$(git rev-parse --git-common-dir)/hooks/$hook"; done`,
      "printf '* filter=evil diff=evil merge=evil\\n' > .gitattributes",
      'echo two > readme.txt',
    ]
    await writeFile(join(home, 'plant'), `${plant.join('\n')}\n`)
    await add(yard, {
      id: 'plant' as TaskId,
      title: 'Plant',
      description: `[[mock:tool cmd="sh ${join(home, 'plant')}"]]`,
      executor,
      model: executor === 'codex' ? 'plain' : null,
    })
    const done = await untilTask(yard, 'plant', isDone)
    const shown = ['-C', place.root, '-c', 'core.fsmonitor=false', 'show', '--no-textconv']
    const file = await execa('git', [...shown, `${done.resultCommit}:readme.txt`])
    expect(file.stdout).toBe('two')
    expect(agentsOf('plant')[0]?.changes?.notes[0]).toContain('filter.evil.clean')
    expect(existsSync(started)).toBe(false)
  })

  it('does not call it done when nothing was changed', async () => {
    await add(yard, {
      id: 'idle' as TaskId,
      title: 'Do it',
      description: '[[mock:text text=" "]]',
      executor,
      maxAttempts: 1,
    })
    const idle = await untilTask(yard, 'idle', (task) => task.state.kind === 'failed')
    expect(failureClass(idle)).toBe('no-work')
  })

  it('sleeps on a spent quota until its reset, then resumes the same conversation and spends no attempt', async () => {
    await add(yard, {
      id: 'spent' as TaskId,
      title: 'Spend',
      description: '[[mock:quota reset=3600 times=1 id=q]]',
      executor,
      worktree: 'off',
    })
    const asleep = await untilTask(
      yard,
      'spent',
      (task) => task.state.kind === 'open' && task.state.park !== null,
    )
    const park = asleep.state.kind === 'open' ? asleep.state.park : null
    expect((park?.until ?? 0) - Date.now()).toBeGreaterThan(30 * 60_000)
    expect((park?.until ?? 0) - Date.now()).toBeLessThan(90 * 60_000)
    expect(asleep.attempts).toBe(0)
    const conversation = asleep.conversation?.id
    expect(conversation).toBeTruthy()
    const provider = [...yard.plan.breakers.values()].find((breaker) => breaker.kind === 'provider')
    await yard.dispatch({ type: 'breaker.clear', key: provider?.id ?? '' }, { kind: 'coordinator' })
    await yard.dispatch({ type: 'task.retry', id: asleep.id, fresh: false }, PERSON)
    await untilTask(yard, 'spent', isDone)
    const last = agentsOf('spent').at(-1)
    expect(last?.resumed).toBe(true)
    expect(last?.conversation?.id).toBe(conversation)
  })

  it('asks a person when the key is refused', async () => {
    await add(yard, {
      id: 'key' as TaskId,
      title: 'Key',
      description: '[[mock:401]]',
      executor,
      worktree: 'off',
    })
    const waiting = await untilTask(yard, 'key', (task) => task.state.kind === 'waiting')
    expect(failureClass(waiting)).toBe('auth')
    expect(waiting.attempts).toBe(0)
  })

  it('gets over an overloaded provider', async () => {
    await add(yard, {
      id: 'busy' as TaskId,
      title: 'Busy',
      description: '[[mock:529 times=1 id=o text="Made it."]]',
      executor,
      worktree: 'off',
    })
    await untilTask(yard, 'busy', isDone)
    expect(agentsOf('busy')).toHaveLength(1)
  })

  it('is killed in the middle of a request with nothing left of it, and its task reopens paused', async () => {
    await add(yard, {
      id: 'stuck' as TaskId,
      title: 'Stuck',
      description: '[[mock:hang]]',
      executor,
      worktree: 'off',
    })
    await mock.seen((request) => request.behaviour.name === 'hang')
    const living = [...yard.plan.agents.values()].find((agent) => agent.taskId === 'stuck')
    const killed = await yard.kill(
      living ? [living.id] : [],
      { force: false, redispatch: false },
      PERSON,
    )
    expect(killed.ok).toBe(true)
    const task = await untilTask(yard, 'stuck', (one) => one.state.kind === 'open')
    expect(task.held).toBe(true)
    expect(agentsOf('stuck')[0]?.state).toMatchObject({ kind: 'ended', outcome: 'killed' })
    await eventually(() => expect(isAlive(living?.pid ?? Number.NaN)).toBe(false))
  })
})

describe('the owner dies in the middle of a turn', { timeout: GRAPH_MS }, () => {
  it.each(['claude', 'codex'] as const)(
    '%s goes on, is adopted, and is settled with its own result',
    async (executor) => {
      await yard.close()
      const graph = join(place.root, '..', 'graph.jsonl')
      await writeFile(
        graph,
        `${JSON.stringify({ id: 'long', title: 'Long', description: '[[mock:slow chunks=12 delay=250]]', executor, worktree: 'off' })}\n`,
      )
      const owner = execa(
        process.execPath,
        [join(ROOT, 'bin/yard'), 'run', graph, '--dir', place.root],
        { env: { ...place.env, YARD_DEV: '1' }, reject: false },
      )
      await mock.seen((request) => request.behaviour.name === 'slow')
      owner.kill('SIGKILL')
      await owner
      yard = await place.open()
      const before = agentsOf('long')
      expect(before).toHaveLength(1)
      await untilTask(yard, 'long', isDone)
      expect(agentsOf('long')).toHaveLength(1)
      expect(textsOf('long').join('')).toContain('chunk 12 of 12')
    },
  )
})
