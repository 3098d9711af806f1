/** Who settles a conflict: an executor that the configuration names and that can run here, else a person, who is told. */
import { describe, expect, it } from 'vitest'
import { mergerOf } from '../../../src/yard/git/landing-port.ts'
import { load } from '../../config/support.ts'
import { openGitYard } from './git-yard.ts'

const PERSON = { executor: 'manual', model: null }

describe('the merger of a yard that names none', () => {
  const config = '[coordinator]\nexecutor = "codex"\n[models.roles]\nmerger = "opus"\n'
  const merger = (executor: string | null, found: readonly string[], project = config) =>
    mergerOf(load({ project }).settings, { executor, exec: null }, (name) => found.includes(name))

  it('is the task’s own executor, else the default one, whichever can run here', () => {
    expect(merger('claude', ['claude', 'codex'])).toEqual({ executor: 'claude', model: 'opus' })
    expect(merger('claude', ['codex'])).toEqual({ executor: null, model: null })
    expect(merger('shell', ['shell', 'codex'])).toEqual({ executor: null, model: null })
  })

  it('is a person where neither can, and no executor that nobody named', () => {
    expect(merger('claude', ['gemini', 'qwen'])).toEqual(PERSON)
    expect(merger(null, [])).toEqual(PERSON)
    expect(merger(null, ['shell'], '[coordinator]\nexecutor = "shell"\n')).toEqual(PERSON)
  })

  it('is whoever the configuration names, found or not', () => {
    const named = (who: string) => merger('claude', [], `[worktree]\nmerger = "${who}"\n`)
    expect(named('gemini')).toEqual({ executor: 'gemini', model: null })
    expect(named('person')).toEqual(PERSON)
  })
})

it('a person is told of the conflict, and why it is theirs', { timeout: 60_000 }, async () => {
  const at = await openGitYard({
    config: () => ['[executors.claude]', 'type = "claude"', 'command = "no-such-program-here"'],
  })
  await at.add('work', 'echo theirs > a.txt')
  await at.done('work')
  at.commit({ 'a.txt': 'mine\n' })
  await at.client.change.land({ task: 'work', waitMs: 50_000 })
  const task = await at.client.task.get({ id: 'merge-work' })
  expect(task).toMatchObject({ executor: 'manual', state: 'ready', mergeFor: 'work' })
  const why = 'no agent that could was found on this machine'
  const { text } = await at.client.task.why({ id: 'merge-work' })
  expect(text).toContain(why)
  expect(text).toContain('yard done merge-work')
  const { summary } = await at.client.service.snapshot()
  expect(summary.attention).toContainEqual(
    expect.objectContaining({ task: 'merge-work', text: expect.stringContaining(why) }),
  )
})
