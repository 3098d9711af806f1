/** `yard token` with and without a host, from the command line to the endpoint. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { joinFleet, openFleetClient } from '../../../../src/fleet/pinned-client.ts'
import { openTestYard, type TestYard } from '../../yard-command.ts'

let place: TestYard
beforeAll(async () => {
  place = await openTestYard()
})
afterAll(async () => {
  await place.yard(['service', 'stop'])
  await place.close()
}, 60_000)

type Row = Record<string, unknown>
const json = <T = Row>(...words: string[]) => place.json(words) as Promise<T>
const door = () =>
  JSON.parse(readFileSync(join(place.folder, '.yard/service/door.json'), 'utf8')) as {
    url: string
    pin: string
  }

describe('without a host', () => {
  it('makes a token, printed on stdout alone', async () => {
    const made = await place.yard([
      ...['token', 'create', 'ben', '--kind', 'member'],
      ...['--as', 'back-end', '--as', 'tester', '--expires', 'never'],
    ])
    expect([made.code, made.out]).toEqual([0, expect.stringMatching(/^ymt_[\w-]{43}\n$/)])
    expect(made.err).not.toContain(made.out.trim())
    const [token] = await json<Row[]>('token', 'list')
    expect(Object.keys(token ?? {}).toSorted()).toEqual(
      [
        ...['id', 'name', 'kind', 'scope', 'hint'],
        ...['createdAt', 'expiresAt', 'lastUsedAt', 'revokedAt'],
      ].toSorted(),
    )
    expect(token).toMatchObject({
      scope: { names: ['back-end', 'tester'] },
      expiresAt: null,
      lastUsedAt: null,
      revokedAt: null,
    })
    expect((await place.yard(['token'])).out).toContain('member as back-end, tester')
  }, 60_000)

  it.each([
    [2, ['create', 'a']],
    [2, ['create', 'a', '--kind', 'owner']],
    [2, ['create', 'a', '--kind', 'member', '--expires', 'soon']],
    [2, ['create', 'a', '--kind', 'daemon', '--as', 'ben']],
    [4, ['create', 'ben', '--kind', 'member']],
    [3, ['revoke', 'nobody']],
    [4, ['invite', 'laptop']],
    [2, ['invite', 'laptop', '--ttl', '2d']],
  ])('ends with %i for token %j', async (code, words) => {
    expect((await place.yard(['token', ...words])).code).toBe(code)
  })
})

describe('beside a service', () => {
  it('a code that was made before its start is good, and a revoked token is out', async () => {
    await place.yard(['config', 'fleet.listen', '127.0.0.1:47443'])
    const early = await json('token', 'invite', 'early')
    expect(Object.keys(early)).toEqual(['join', 'code', 'expiresAt'])
    expect(early['join']).toMatch(
      /^yard daemon join https:\/\/127\.0\.0\.1:47443 --pin sha256\/\S+$/,
    )
    await place.yard(['config', 'fleet.listen', '127.0.0.1:0'])
    expect((await place.yard(['service', 'start'])).code).toBe(0)
    expect(String(early['join'])).toContain(door().pin)
    expect(await joinFleet(door(), { code: String(early['code']), name: 'anna' })).toMatchObject({
      value: expect.stringMatching(/^ydt_/) as string,
    })
    const { url, pin } = door()
    const status = await json('service', 'status')
    expect(status['fleet']).toEqual({ listen: '127.0.0.1:0', url, pin, problem: null })
    expect((await place.yard(['service', 'status'])).out).toContain(`${url}, pin ${pin}`)
    const { join: line, code } = await json('token', 'invite', 'laptop', '--role', 'dev')
    expect(line).toBe(`yard daemon join ${url} --pin ${pin}`)
    const joined = await joinFleet({ url, pin }, { code: String(code), name: 'anna' })
    if (!joined.ok) throw new Error(joined.error.message)
    const client = openFleetClient({ url, pin, token: () => joined.value })
    if (!client.ok) throw new Error(client.error.message)
    const paths = ['/', '/api/tasks', '/api/tokens', '/rpc/token/list', '/ws']
    for (const path of paths) {
      const answer = await client.value.call(path)
      await answer.text()
      expect([path, answer.status]).toEqual([path, 404])
    }
    client.value.close()
    const revoked = await json('token', 'revoke', 'laptop')
    expect(revoked).toMatchObject({ name: 'laptop', revokedAt: expect.any(String) as string })
    const log = readFileSync(join(place.folder, '.yard/service/service.log'), 'utf8')
    expect(log).not.toContain(joined.value.slice(4))
    expect(log).not.toContain(String(code).slice(4))
    await place.yard(['service', 'stop'])
    expect(existsSync(join(place.folder, '.yard/service/door.json'))).toBe(false)
  }, 120_000)
})
