import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openServedYard, type ServedYard } from '../served-yard.ts'

let host: ServedYard
let own: string
beforeAll(async () => {
  host = await openServedYard()
  own = `http://127.0.0.1:${host.served.port}`
  await host.call('/api/task', { method: 'POST', body: { title: 'a', id: 'a', paused: true } })
})
afterAll(() => host.close())

describe('who may come in', () => {
  it.each([
    ['no token', '/api/tasks', { token: null }, 401],
    ['a wrong token', '/api/tasks', { token: 'yot_wrong' }, 401],
    ['no token at an unknown path', '/nowhere', { token: null }, 401],
    ['no token at the OpenAPI page', '/api/openapi.json', { token: null }, 401],
    ['no token for rpc', '/rpc/service/status', { token: null, method: 'POST' }, 401],
    ['the token', '/api/tasks', {}, 200],
    ['the token at an unknown path', '/api/nowhere', {}, 404],
    ['the token outside the API', '/nowhere', {}, 404],
    ['a task that is not there', '/api/task/none', {}, 404],
    ['a foreign Host', '/api/tasks', { headers: { host: 'evil.example' } }, 403],
    ['our Host with another port', '/api/tasks', { headers: { host: '127.0.0.1:1' } }, 403],
    ['a foreign Host for the page', '/', { headers: { host: 'evil.example' } }, 403],
    ['a foreign Origin', '/api/tasks', { headers: { origin: 'http://evil.example' } }, 403],
    ['a null Origin', '/api/tasks', { headers: { origin: 'null' } }, 403],
    ['a cookie without Origin', '/api/tasks', { headers: { cookie: 'a=b' } }, 403],
    ['a cross-site fetch', '/api/tasks', { headers: { 'sec-fetch-site': 'cross-site' } }, 403],
    ['a typed address', '/api/tasks', { headers: { 'sec-fetch-site': 'none' } }, 403],
    ['a navigation', '/api/tasks', { headers: { 'sec-fetch-mode': 'navigate' } }, 403],
    ['Node’s own fetch', '/api/tasks', { headers: { 'sec-fetch-mode': 'cors' } }, 200],
    ['a same-origin GET', '/api/tasks', { headers: { 'sec-fetch-site': 'same-origin' } }, 200],
    [
      'a same-origin POST without Origin',
      '/api/task/a/pause',
      { method: 'POST', headers: { 'sec-fetch-site': 'same-origin' } },
      403,
    ],
    ['a bearer client’s POST', '/api/task/a/pause', { method: 'POST' }, 200],
  ])('answers %s at %s', async (_what, path, call, status) => {
    expect((await host.call(path, call)).status).toBe(status)
  })

  it('lets our own page write', async () => {
    const headers = { origin: own, 'sec-fetch-site': 'same-origin', cookie: 'a=b' }
    expect((await host.call('/api/task/a/pause', { method: 'POST', headers })).status).toBe(200)
  })

  it.each(['localhost', '[::1]'])('is reached as %s', async (name) => {
    const headers = { host: `${name}:${host.served.port}` }
    expect((await host.call('/api/hello', { headers })).status).toBe(200)
  })
})

describe('the page', () => {
  it('is public and may load nothing but itself', async () => {
    const page = await host.call('/', { token: null })
    expect(page.status).toBe(200)
    expect(page.headers['content-security-policy']).toContain("default-src 'none'")
    expect(page.headers['content-security-policy']).not.toContain('unsafe')
    expect((await host.call('/assets/index-1a2b.js', { token: null })).status).toBe(200)
  })

  it('gets a document into a frame, by a person, and that under a policy without rights', async () => {
    const keep = { method: 'POST', body: { html: '<style>p { color: red }</style><p>é' } }
    expect((await host.call('/frame', { ...keep, token: null })).status).toBe(401)
    expect((await host.call('/frame', { ...keep, headers: { origin: 'http://a.b' } })).status).toBe(
      403,
    )
    expect((await host.call('/frame', { ...keep, body: { html: 1 } })).status).toBe(422)
    const { path } = (await host.call('/frame', keep)).json
    const frame = await host.call(path, { token: null })
    expect(frame.text).toBe(keep.body.html)
    const policy = frame.headers['content-security-policy']
    expect(policy).toMatch(
      /^sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:;/,
    )
    expect(policy).not.toContain('allow')
    // A frame that is moved asks again; a page of this origin it never becomes.
    expect((await host.call(path, { token: null })).status).toBe(200)
    const asPage = { token: null, headers: { 'sec-fetch-dest': 'document' } }
    expect((await host.call(path, asPage)).status).toBe(403)
    for (let more = 0; more < 8; more += 1) await host.call('/frame', keep)
    expect((await host.call(path, { token: null })).status).toBe(401)
  })

  it.each([
    '/assets/../../private.txt',
    '/assets/%2e%2e/private.txt',
    '/assets/..%2f..%2fprivate.txt',
    '//private.txt',
  ])('leads nowhere else: %s', async (path) => {
    const answer = await host.call(path, { token: null })
    expect(answer.status).toBe(401)
    expect(answer.text).not.toContain('private')
  })

  it('is opened with a code that is good once', async () => {
    const code = /#code=(.+)$/.exec(host.served.pageUrl())?.[1]
    const send = () => host.call('/session', { method: 'POST', token: null, body: { code } })
    const first = await send()
    expect(first.json).toEqual({ token: expect.stringMatching(/^yps_/) })
    const again = await send()
    expect(again.status).toBe(401)
    expect(again.json.error).toMatchObject({ facts: { command: 'yard page' } })
    expect((await host.call('/session', { token: null })).status).toBe(401)
    expect((await host.call('/api/hello', { token: first.json.token })).status).toBe(200)
  })

  it('gives no token to a page of another origin', async () => {
    const code = /#code=(.+)$/.exec(host.served.pageUrl())?.[1]
    const headers = { origin: 'http://evil.example' }
    const asked = await host.call('/session', {
      method: 'POST',
      token: null,
      body: { code },
      headers,
    })
    expect(asked.status).toBe(403)
  })
})

describe('what is asked', () => {
  const add = (body: unknown) => host.call('/api/task', { method: 'POST', body })

  it('is created with 201', async () => {
    const made = await add({
      title: 'Fetch the sources',
      exec: 'true',
      maxAttempts: 2,
      paused: true,
    })
    expect(made.status).toBe(201)
    expect(made.json).toMatchObject({ id: 'fetch-the-sources', executor: 'shell', maxAttempts: 2 })
  })

  it.each([
    ['an unknown field', { title: 'x', bogus: 1 }, 'bogus'],
    ['a wrong type', { title: 'x', maxAttempts: 'many' }, 'maxAttempts'],
    ['no title', {}, 'title'],
    ['an illegal id', { title: 'x', id: '../x' }, 'id'],
    ['no moment', { title: 'x', notBefore: 'soonish' }, 'notBefore'],
  ])('names the field of %s', async (_what, body, field) => {
    const answer = await add(body)
    expect(answer.status).toBe(422)
    expect(answer.json.error).toMatchObject({ kind: 'bad-request', facts: { field } })
  })

  it.each([
    ['an unknown executor', { title: 'x', executor: 'cladue' }, 404, 'unknown-executor'],
    ['an unknown dependency', { title: 'x', after: ['zzz'] }, 404, 'unknown-dependency'],
    ['a taken id', { title: 'x', id: 'a' }, 409, 'id-taken'],
  ])('refuses %s', async (_what, body, status, kind) => {
    const answer = await add(body)
    expect([answer.status, answer.json.error.kind]).toEqual([status, kind])
  })

  it('is refused when it is not JSON, or too large', async () => {
    expect((await add('{"title": ')).status).toBe(422)
    const huge = { 'content-length': '200000000' }
    const answer = await host.call('/api/task', { method: 'POST', headers: huge }).catch(() => null)
    expect(answer?.status).toBe(413)
  })

  it('is described by the OpenAPI page', async () => {
    const { json } = await host.call('/api/openapi.json')
    expect(Object.keys(json.paths)).toEqual(
      expect.arrayContaining(['/task', '/task/{id}', '/task/{id}/complete', '/task/{id}/fail']),
    )
    expect(json.paths['/events'].get.responses['200'].content).toHaveProperty('text/event-stream')
    expect(json.security).toEqual([{ bearer: [] }])
  })
})
