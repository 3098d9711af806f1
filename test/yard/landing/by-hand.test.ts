/** What people and their merge tasks do about a result: comments, conflicts settled by hand, and when one counts as settled. */
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { agentIdOf } from '../../../src/domain/ids.ts'
import { addTask } from '../real-place.ts'
import { openGitYard, type GitYard } from './git-yard.ts'

const landed = (at: GitYard, id: string) => at.until(id, (task) => task.landing?.state === 'landed')

describe('a person', { timeout: 60_000 }, () => {
  it('comments on a line, and the next try is told of it as its own order', async () => {
    const at = await openGitYard({
      config: () => [
        '[executors.reader]',
        'type = "command"',
        'coding = true',
        'command = ["sh", "-c", "cp {prompt_file} seen.txt"]',
      ],
    })
    await addTask(at.yard, {
      id: 'work' as never,
      title: 'Work',
      executor: 'reader',
      worktree: 'on',
    })
    await at.done('work')
    const said = await at.client.change.comment({
      task: 'work',
      path: 'src/a.ts',
      line: 12,
      text: 'Name this better',
    })
    expect(said).toMatchObject({ by: 'person', side: 'new', line: 12 })
    expect((await at.client.change.of({ task: 'work' })).comments).toEqual([said])
    await at.client.task.reopen({ id: 'work' })
    const again = await at.until(
      'work',
      ({ state, generation }) => state.kind === 'done' && generation === 2,
    )
    const prompt = at.at(again.resultCommit ?? '', 'seen.txt')
    expect(prompt).toContain('- `src/a.ts`, line 12: Name this better')
    expect(prompt).not.toContain('> Name this better')
    const refused = await at.yard.dispatch(
      { type: 'task.log', id: again.id, text: 'x', place: { path: 'a', line: 1, side: 'new' } },
      {
        kind: 'agent',
        agentId: agentIdOf(2),
        taskId: again.id,
        generation: 2,
        subtasks: 'any',
        maxSubtasks: 1,
      },
    )
    expect(refused).toMatchObject({ ok: false, error: { kind: 'not-allowed' } })
  })

  it('settles a conflict by hand: the merge task waits for them, and the landing goes on when they say so', async () => {
    const at = await openGitYard({ config: () => ['[worktree]', 'merger = "person"'] })
    await at.add('work', 'echo theirs > a.txt')
    const { resultCommit } = await at.done('work')
    at.commit({ 'a.txt': 'mine\n' })
    expect(await at.client.change.land({ task: 'work', waitMs: 50_000 })).toMatchObject({
      state: 'conflict',
    })
    expect(await at.client.task.get({ id: 'merge-work' })).toMatchObject({
      executor: 'manual',
      state: 'ready',
    })
    const say = (force = false) => at.client.task.complete({ id: 'merge-work', force })
    const refusal = (words: RegExp) => ({
      code: 'wrong-state',
      message: expect.stringMatching(words),
    })
    await expect(say()).rejects.toMatchObject(refusal(/no commit holds both main \(/))
    await expect(say(true)).rejects.toMatchObject(refusal(/no commit holds both main \(/))
    expect(() => at.git('merge', '-q', resultCommit ?? '')).toThrow('Command failed')
    await expect(say()).rejects.toMatchObject(
      refusal(/is not committed yet: a\.txt is not settled/),
    )
    at.git('add', '--all')
    at.git('commit', '--quiet', '--message', 'marks and all')
    await expect(say()).rejects.toMatchObject(refusal(/conflict marks are left in a\.txt/))
    expect((await at.client.task.get({ id: 'merge-work' })).status).toBe('open')
    const both = at.commit({ 'a.txt': 'both\n' })
    await say()
    expect(await at.done('merge-work')).toMatchObject({ resultCommit: both })
    const { landing } = await landed(at, 'work')
    expect(landing?.commit).toBe(at.git('rev-parse', 'main'))
  })

  it('on a branch of another matter is told how to make a folder, and brings nothing of that branch along', async () => {
    const at = await openGitYard({ config: () => ['[worktree]', 'merger = "person"'] })
    await at.add('work', 'echo theirs > a.txt')
    const { resultCommit } = await at.done('work')
    const mine = at.commit({ 'a.txt': 'mine\n' })
    await at.client.change.land({ task: 'work', waitMs: 50_000 })
    at.git('switch', '--quiet', '--create', 'feature')
    at.commit({ 'secret.txt': 'not for main\n' })
    const merge = (folder: string): void => {
      expect(() => at.git('-C', folder, 'merge', '-q', resultCommit ?? '')).toThrow(
        'Command failed',
      )
      writeFileSync(join(folder, 'a.txt'), 'both\n')
      at.git('-C', folder, 'commit', '--quiet', '--all', '--message', 'both')
    }
    merge(at.root)
    const place = `${at.root}-merge-work`
    const { description } = await at.client.task.get({ id: 'merge-work' })
    expect(description).toContain('git worktree add --detach ../merge-work main\n')
    const said: unknown = await at.client.task.complete({ id: 'merge-work' }).catch((e) => e)
    expect(said).toMatchObject({
      message: expect.stringMatching(/the commit [0-9a-f]{10} too/),
      data: {
        hint: expect.stringMatching(
          `^git -C ${at.root} worktree add --detach ${place} ${mine}, and there \\(or switch ${at.root} to main\\): git merge ${resultCommit}, `,
        ),
      },
    })
    onTestFinished(() => rmSync(place, { recursive: true, force: true }))
    at.git('worktree', 'add', '--quiet', '--detach', place, mine)
    merge(place)
    await at.client.task.complete({ id: 'merge-work' })
    await landed(at, 'work')
    expect(at.at('main', 'a.txt')).toBe('both')
    expect(at.git('ls-tree', '--name-only', 'main')).not.toContain('secret.txt')
  })

  it('who squashed a conflict away is told to merge, and need not where the conflict is gone', async () => {
    const at = await openGitYard({ config: () => ['[worktree]', 'merger = "person"'] })
    await at.add('work', 'echo theirs > a.txt')
    await at.done('work')
    const mine = at.commit({ 'a.txt': 'mine\n' })
    await at.client.change.land({ task: 'work', waitMs: 50_000 })
    at.commit({ 'a.txt': 'both, but not merged\n' })
    await expect(at.client.task.complete({ id: 'merge-work' })).rejects.toMatchObject({
      code: 'wrong-state',
    })
    at.git('reset', '--quiet', '--hard', `${mine}~1`)
    await at.client.task.complete({ id: 'merge-work' })
    await landed(at, 'work')
    expect(at.at('main', 'a.txt')).toBe('theirs')
  })

  it('who gave the merge task up asks again, and another is made', async () => {
    const at = await openGitYard({ config: () => ['[worktree]', 'merger = "person"'] })
    await at.add('work', 'echo theirs > a.txt')
    await at.done('work')
    at.commit({ 'a.txt': 'mine\n' })
    const land = () => at.client.change.land({ task: 'work', waitMs: 50_000 })
    expect(await land()).toMatchObject({ state: 'conflict', mergeTask: 'merge-work' })
    await at.client.task.abandon({ id: 'merge-work' })
    expect(await land()).toMatchObject({ state: 'conflict', mergeTask: 'merge-work-2' })
    await at.client.task.fail({ id: 'merge-work-2', reason: 'too hard' })
    expect(await land()).toMatchObject({ state: 'conflict', mergeTask: 'merge-work-3' })
    await at.client.task.remove({ id: 'merge-work-3' })
    expect(await land()).toMatchObject({ state: 'conflict', mergeTask: 'merge-work-3' })
  })
})

it('an agent that commits the marks of a conflict has not merged', async () => {
  const at = await openGitYard({
    config(home) {
      const script = join(home, 'careless.sh')
      const person = 'git -c user.name=M -c user.email=m@x'
      const theirs = '"$(sed -n "s/^    git merge //p" "$1")"'
      writeFileSync(script, `${person} merge -q ${theirs}\n${person} commit -qam both`)
      return [
        '[executors.careless]',
        'type = "command"',
        'coding = true',
        `command = ["sh", "${script}", "{prompt_file}"]`,
        '[worktree]',
        'merger = "careless"',
      ]
    },
  })
  await at.add('work', 'echo theirs > a.txt')
  await at.done('work')
  at.commit({ 'a.txt': 'mine\n' })
  await at.client.change.land({ task: 'work', waitMs: 50_000 })
  const { lastFailure, resultCommit } = await at.until(
    'merge-work',
    (task) => task.lastFailure !== null,
  )
  expect(lastFailure).toMatchObject({
    class: 'no-work',
    reason: 'it ended with a merge (with conflict marks in a.txt) unfinished in its worktree',
  })
  expect(resultCommit).toBeNull()
}, 60_000)
