import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { reloadOnceServed } from '../../../src/renderer/ui/reload.ts'

const reload = vi.fn<() => void>()
let stop = (): void => {}
beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal(
    'fetch',
    vi.fn<typeof fetch>(async () => new Response(null)),
  )
  vi.spyOn(location, 'reload').mockImplementation(reload)
  sessionStorage.clear()
  stop = reloadOnceServed()
})
afterEach(() => {
  stop()
  document.body.replaceChildren()
  reload.mockClear()
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
  vi.useRealTimers()
})

test('a page that lacks a part begins anew once it is served again', async () => {
  vi.mocked(fetch).mockRejectedValueOnce(new TypeError('refused'))
  await vi.advanceTimersByTimeAsync(2000)
  expect(reload).not.toHaveBeenCalled()
  await vi.advanceTimersByTimeAsync(2000)
  expect(reload).toHaveBeenCalledOnce()
})

test.each([
  ['what was not sent', '<div data-unsent=""><button>Send again</button></div>'],
  ['what is under way', '<button aria-busy="true">Pause</button>'],
  ['an open dialog', '<div role="dialog">Kill it?</div>'],
])('it waits for %s', async (_what, html) => {
  document.body.innerHTML = html
  await vi.advanceTimersByTimeAsync(20_000)
  expect(reload).not.toHaveBeenCalled()
  document.body.replaceChildren()
  await vi.advanceTimersByTimeAsync(2000)
  expect(reload).toHaveBeenCalledOnce()
})

test('it waits for what is being typed', async () => {
  document.body.innerHTML = '<input value="half a tit">'
  const field = document.querySelector('input')
  field?.focus()
  await vi.advanceTimersByTimeAsync(20_000)
  expect(reload).not.toHaveBeenCalled()
  field?.blur()
  await vi.advanceTimersByTimeAsync(2000)
  expect(reload).toHaveBeenCalledOnce()
})
