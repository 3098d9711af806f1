/** Members from the command line: made, changed, held and taken out, and which of that is refused. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { MemberView } from '../../../../src/contract/message.ts'
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
    ['a change of an unknown one', ['edit', 'backend', '--tries', '2'], 3, 'back-end'],
    ['a change of nothing', ['edit', 'back-end'], 2, 'member edit'],
    ['the end of an unknown one', ['remove', 'backend'], 3, 'back-end'],
    ['a turn of an unknown one', ['wake', 'backend'], 3, 'back-end'],
    ['a turn of a person', ['wake', 'anna'], 4, 'msg send'],
  ])('refuses %s', async (_what, words, code, says) => {
    const { code: ended, err } = await yard('member', ...words)
    expect({ ended, err }).toEqual({ ended: code, err: expect.stringContaining(says) })
  })

  it('is not taken out while messages are open for it', async () => {
    await yard('msg', 'send', 'back-end', 'hello')
    expect(await memberNamed('back-end')).toMatchObject({ waiting: 1 })
    expect(await yard('member', 'remove', 'back-end')).toMatchObject({
      code: 4,
      err: expect.stringContaining('msg ack --all --for back-end'),
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
