import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Actor } from '../../../src/domain/command.ts'
import type { AgentId, TaskId } from '../../../src/domain/ids.ts'
import { isToken, sha256Of } from '../../../src/fleet/tokens.ts'
import { addCommand } from '../../support/plan-builder.ts'
import { failureOf, openPageBench, type PageBench } from '../page-client.ts'

let bench: PageBench
beforeEach(async () => {
  bench = await openPageBench()
})
afterEach(() => bench.close())

const DAY_MS = 86_400_000
const tokens = () => bench.client.token

/** All that the yard keeps, and what it shows of the journal. */
async function written(): Promise<string> {
  const { paths, store } = bench.test.yard
  const files = readdirSync(paths.yard, { recursive: true, withFileTypes: true })
  const texts = files
    .filter((file) => file.isFile())
    .map((file) => readFileSync(join(file.parentPath, file.name), 'latin1'))
  return [...texts, JSON.stringify(store.journal(0, 1000))].join('\n')
}

describe('a token', () => {
  it('is shown once, and its hash alone is kept', async () => {
    const made = await tokens().create({ name: 'ben', kind: 'member', as: ['back-end'] })
    expect(made).toMatchObject({
      name: 'ben',
      kind: 'member',
      scope: { names: ['back-end'], roles: [], repos: [] },
      hint: made.token.slice(-4),
      lastUsedAt: null,
      revokedAt: null,
    })
    expect([isToken(made.token), made.token.startsWith('ymt_')]).toEqual([true, true])
    expect(Date.parse(made.expiresAt ?? '')).toBe(bench.clock.now() + 90 * DAY_MS)
    const { token: secret, ...shown } = made
    expect(await tokens().list()).toEqual([shown])
    const all = await written()
    expect(all).toContain(sha256Of(secret))
    expect(all).not.toContain(secret.slice(4))
  })

  it('lasts as long as was said', async () => {
    const made = await tokens().create({ name: 'a', kind: 'daemon', expires: 'never' })
    expect([made.expiresAt, made.token.slice(0, 4)]).toEqual([null, 'ydt_'])
    const short = await tokens().create({ name: 'b', kind: 'daemon', expires: '1h' })
    const { access } = bench.test.yard.fleet
    expect(access.admit('x', short.token).ok).toBe(true)
    bench.clock.advance(3_600_000)
    expect([access.admit('x', short.token).ok, access.admit('x', made.token).ok]).toEqual([
      false,
      true,
    ])
  })

  it.each([
    ['a name that is none', { name: '-a', kind: 'member' }],
    ['an expiry that is none', { name: 'a', kind: 'member', expires: 'soon' }],
    ['an expiry that is over at once', { name: 'a', kind: 'member', expires: '0s' }],
    ['roles of a member', { name: 'a', kind: 'member', roles: ['dev'] }],
    ['names of a daemon', { name: 'a', kind: 'daemon', as: ['ben'] }],
    ['a name with a space', { name: 'a', kind: 'member', as: ['b c'] }],
  ] as const)('is refused with %s', async (_what, input) => {
    const call = tokens().create(
      structuredClone(input) as Parameters<ReturnType<typeof tokens>['create']>[0],
    )
    expect((await failureOf(call)).kind).toBe('bad-request')
    expect(await tokens().list()).toEqual([])
  })

  it('has a name that no other has while it is not revoked', async () => {
    const first = await tokens().create({ name: 'ben', kind: 'member' })
    expect((await failureOf(tokens().create({ name: 'ben', kind: 'daemon' }))).kind).toBe(
      'id-taken',
    )
    await tokens().revoke({ id: 'ben' })
    const second = await tokens().create({ name: 'ben', kind: 'member' })
    expect((await tokens().revoke({ id: first.id })).id).toBe(first.id)
    expect((await tokens().revoke({ id: 'ben' })).id).toBe(second.id)
    expect((await tokens().list()).map(({ revokedAt }) => revokedAt !== null)).toEqual([true, true])
    const { seq } = bench.test.yard.store
    expect((await tokens().revoke({ id: 'ben' })).id).toBe(second.id)
    expect(bench.test.yard.store.seq).toBe(seq)
    expect(await failureOf(tokens().revoke({ id: 'bem' }))).toMatchObject({ kind: 'unknown-token' })
  })

  it('is made once by a command that is sent again', async () => {
    const input = { name: 'ben', kind: 'member', commandId: 'c1' } as const
    await tokens().create(input)
    expect(await failureOf(tokens().create(input))).toMatchObject({
      kind: 'wrong-state',
      hint: expect.stringContaining('revoke'),
    })
    expect(await tokens().list()).toHaveLength(1)
  })

  it('ends what is open under it with the commit that revokes it', async () => {
    const { token, id } = await tokens().create({ name: 'ben', kind: 'member' })
    const { access } = bench.test.yard.fleet
    const ended: string[] = []
    access.hold(id, () => ended.push(id))
    await tokens().create({ name: 'other', kind: 'member' })
    expect(ended).toEqual([])
    await tokens().revoke({ id: 'ben' })
    expect([ended, access.admit('x', token).ok]).toEqual([[id], false])
  })

  it('has its last use beside the journal, to the minute', async () => {
    const { token } = await tokens().create({ name: 'ben', kind: 'member' })
    const { fleet, store } = bench.test.yard
    const { seq } = store
    const used = async (): Promise<number> => {
      // The note is written as soon as no large change is.
      await new Promise((resolve) => void setImmediate(resolve))
      const [view] = await tokens().list()
      return Date.parse(view?.lastUsedAt ?? '')
    }
    const first = bench.clock.now()
    fleet.access.admit('x', token)
    expect(await used()).toBe(first)
    bench.clock.advance(59_000)
    fleet.access.admit('x', token)
    expect(await used()).toBe(first)
    bench.clock.advance(1_000)
    fleet.access.admit('x', token)
    expect(await used()).toBe(first + 60_000)
    expect(store.seq).toBe(seq)
  })
})

describe('who may', () => {
  it('is a person: no agent makes, sees or ends one', async () => {
    await bench.run(addCommand('a'))
    await bench.tryTask('a', 1)
    const agent: Actor = {
      kind: 'agent',
      agentId: 'agent-1' as AgentId,
      taskId: 'a' as TaskId,
      generation: 1,
      subtasks: 'any',
      maxSubtasks: 10,
    }
    const { token } = bench.clientOf(agent)
    const calls = [
      token.create({ name: 'a', kind: 'member' }),
      token.invite({ name: 'a' }),
      token.list(),
      token.revoke({ id: 'a' }),
    ]
    for (const call of calls)
      expect(['not-allowed', 'unauthorized']).toContain((await failureOf(call)).kind)
  })
})

describe('an invitation', () => {
  it('needs an endpoint, and says how to open one', async () => {
    const refused = await failureOf(tokens().invite({ name: 'a' }))
    expect([refused.kind, refused.hint]).toEqual([
      'wrong-state',
      expect.stringContaining('fleet.listen'),
    ])
    expect(existsSync(bench.test.yard.paths.service.invites)).toBe(false)
  })

  it.each(['0s', '2d', 'x'])('of %s is refused', async (ttl) => {
    expect((await failureOf(tokens().invite({ name: 'a', ttl }))).kind).toBe('bad-request')
  })

  it('for a name that is taken is refused', async () => {
    await tokens().create({ name: 'a', kind: 'daemon' })
    expect((await failureOf(tokens().invite({ name: 'a' }))).kind).toBe('id-taken')
  })
})
