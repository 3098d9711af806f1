import { beforeEach, describe, expect, test } from 'vitest'
import { takeImportRequest, takeToken } from '../../../../src/renderer/model/session/open-link.ts'

/** A page whose host answers the code `good` once it is told to. */
function pageAt(hash: string) {
  location.hash = hash
  let answer = (): void => {}
  const answered = new Promise<void>((resolve) => (answer = resolve))
  const page = Object.create(window, {
    location: { value: location },
    history: { value: history },
    sessionStorage: { value: sessionStorage },
    localStorage: { value: localStorage },
    fetch: {
      value: async (_path: string, { body }: { body: string }) => {
        await answered
        const isGood = JSON.parse(body).code === 'good'
        return new Response(JSON.stringify({ token: 'secret' }), { status: isGood ? 200 : 401 })
      },
    },
  }) as Window
  return { page, answer }
}

describe('the token of a page', () => {
  beforeEach(() => {
    sessionStorage.clear()
    localStorage.clear()
  })

  test('is got for the code in the address, which is taken out, and kept for a reload', async () => {
    const { page, answer } = pageAt('#code=good')
    answer()
    expect(await takeToken(page)).toEqual({ ok: true, value: 'secret' })
    expect(location.hash).toBe('')
    expect(await takeToken(page)).toEqual({ ok: true, value: 'secret' })
    expect(takeImportRequest(page)).toBe(false)
  })

  test('whoever goes elsewhere while the code is exchanged stays there', async () => {
    const { page, answer } = pageAt('#code=good')
    const token = takeToken(page)
    location.hash = '#/tasks'
    answer()
    expect(await token).toEqual({ ok: true, value: 'secret' })
    expect(location.hash).toBe('#/tasks')
  })

  test('a used code opens nothing', async () => {
    const { page, answer } = pageAt('#code=used')
    answer()
    expect(await takeToken(page)).toEqual({ ok: false, error: 'unauthorised' })
  })

  test('is there in a second tab, by a used address and by none', async () => {
    const first = pageAt('#code=good')
    first.answer()
    await takeToken(first.page)
    sessionStorage.clear()
    const second = pageAt('#code=used')
    second.answer()
    expect(await takeToken(second.page)).toEqual({ ok: true, value: 'secret' })
    expect(location.hash).toBe('')
    expect(await takeToken(pageAt('').page)).toEqual({ ok: true, value: 'secret' })
  })

  test('the wish to begin with an import is held once', async () => {
    const { page, answer } = pageAt('#code=good&then=import')
    answer()
    await takeToken(page)
    expect([takeImportRequest(page), takeImportRequest(page)]).toEqual([true, false])
  })
})
