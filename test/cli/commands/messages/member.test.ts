/** Members from the command line: made, changed, held and taken out, and which of that is refused. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { MemberView } from '../../../../src/contract/message.ts'
import { PERSON } from '../../../support/plan-builder.ts'
import { recordInto } from '../../../support/recorded-evaluations.ts'
import { openTestYard, type Ended, type TestYard } from '../../yard-command.ts'

let test: TestYard
beforeAll(async () => void (test = await openTestYard()))
afterAll(() => test.close())

const yard = (...words: string[]): Promise<Ended> => test.yard(words)
const members = () => test.json(['member', 'list']) as Promise<MemberView[]>
const memberNamed = async (name: string) => (await members()).find((each) => each.name === name)

describe('yard member', { timeout: 120_000 }, () => {
  it('writes what a member is to the configuration, and lists it', async () => {
    expect(await members()).toEqual([])
    const flags = ['--executor', 'shell', '--retry-after', '2s', '--tries', '5']
    expect((await yard('member', 'add', 'back-end', ...flags, '--conversation', 'new')).code).toBe(
      0,
    )
    expect((await yard('member', 'add', 'anna', '--person')).code).toBe(0)
    expect(await readFile(join(test.folder, '.yard/config.toml'), 'utf8')).toContain(
      '[members.back-end]',
    )
    const file = await readFile(join(test.folder, '.yard/config.toml'), 'utf8')
    expect(file).toContain('retry_after = "2s"')
    expect(await members()).toMatchObject([
      {
        name: 'back-end',
        executor: 'shell',
        person: false,
        conversation: 'new',
        pilot: false,
        state: 'idle',
        waiting: 0,
        nextWake: null,
        retryAfterMs: 2000,
        tries: 5,
      },
      { name: 'anna', executor: null, person: true, state: 'idle' },
    ])
    expect((await yard('member', 'edit', 'back-end', '--pilot', 'on', '--tries', '2')).code).toBe(0)
    expect(await memberNamed('back-end')).toMatchObject({ pilot: true, state: 'piloted', tries: 2 })
    expect((await yard('member', 'edit', 'back-end', '--pilot', 'off')).code).toBe(0)
    expect((await yard('member')).out).toMatch(/^back-end +shell +idle +0/m)
  })

  it.each([
    ['a name that means something else', ['add', 'all'], 2, 'person'],
    ['a name that cannot be one', ['add', 'a b'], 2, 'letters'],
    ['an unknown executor', ['add', 'x', '--executor', 'claud'], 3, 'claude'],
    ['one that is there already', ['add', 'anna', '--executor', 'claude'], 4, 'member edit anna'],
    ['a change of an unknown one', ['edit', 'backend', '--tries', '2'], 3, 'back-end'],
    ['a change of nothing', ['edit', 'back-end'], 2, 'member edit'],
    ['the end of an unknown one', ['remove', 'backend'], 3, 'back-end'],
    ['a turn of an unknown one', ['wake', 'backend'], 3, 'back-end'],
    ['a turn of a person', ['wake', 'anna'], 4, 'msg send'],
  ])('refuses %s', async (_what, words, code, says) => {
    const { code: ended, err } = await yard('member', ...words)
    expect({ ended, err }).toEqual({ ended: code, err: expect.stringContaining(says) })
  })

  it('is woken and held before the first host, and is woken at no time while it is held', async () => {
    expect((await yard('member', 'pause', 'back-end')).code).toBe(0)
    await yard('msg', 'send', 'back-end', 'hello')
    expect(await memberNamed('back-end')).toMatchObject({ paused: true, nextWake: null })
    expect((await yard('member', 'resume', 'back-end')).code).toBe(0)
    expect(await memberNamed('back-end')).toMatchObject({ nextWake: expect.any(String) })
    const setPaused = (type: 'yard.pause' | 'yard.resume') =>
      recordInto(join(test.folder, '.yard/yard.db'), ({ run }) => void run({ type }, PERSON))
    await setPaused('yard.pause')
    expect((await yard('member', 'wake', 'back-end')).out).toBe(
      'back-end takes a turn once the yard goes on\n',
    )
    expect(await memberNamed('back-end')).toMatchObject({ nextWake: null })
    await setPaused('yard.resume')
    await yard('msg', 'ack', '--all', '--for', 'back-end')
  })

  it('is not taken out of the file of the yard where it stands in that of its user', async () => {
    const globalFile = (await test.yard(['config', '--global', 'members.ben.tries', '2'])).code
    expect(globalFile).toBe(0)
    expect(await yard('member', 'remove', 'ben')).toMatchObject({
      code: 4,
      err: expect.stringContaining('yard config --global --unset members.ben'),
    })
    await yard('config', '--global', '--unset', 'members.ben')
  })

  it('is not taken out while messages are open for it', async () => {
    await yard('msg', 'send', 'back-end', 'hello')
    expect(await memberNamed('back-end')).toMatchObject({ waiting: 1 })
    expect(await yard('member', 'remove', 'back-end')).toMatchObject({
      code: 4,
      err: expect.stringMatching(/has 1 open message\b(.|\n)*msg ack --all --for back-end/),
    })
    await yard('msg', 'ack', '--all', '--for', 'back-end')
    expect((await yard('member', 'remove', 'back-end')).code).toBe(0)
    expect((await members()).map(({ name }) => name)).toEqual(['anna'])
    expect((await yard('msg', 'send', 'back-end', 'hello')).code).toBe(3)
  })

  it('a task may be given to one, and to no unknown name', async () => {
    await yard('member', 'add', 'side', '--executor', 'shell')
    expect(await yard('add', 'Do it', '--id', 'it', '--member', 'sied')).toMatchObject({
      code: 3,
      err: expect.stringContaining('side'),
    })
    expect((await yard('add', 'Do it', '--id', 'it', '--member', 'anna', '--paused')).code).toBe(0)
    expect((await yard('show', 'it')).out).toMatch(/^ +member +anna/m)
    const rows = (await test.json(['list'])) as { id: string }[]
    expect(rows.map(({ id }) => id)).toEqual(['it'])
  })
})
