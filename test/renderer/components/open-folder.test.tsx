import { cleanup, render, screen } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import type { DesktopBridge } from '../../../src/contract/desktop.ts'
import { OpenFolder } from '../../../src/renderer/components/open-folder.tsx'

afterEach(() => {
  cleanup()
  delete (window as { yardHost?: unknown }).yardHost
})

function show(host: object | undefined): void {
  Object.assign(window, { yardHost: host })
  render(<OpenFolder folder="/yard/one" name="worktree" />)
}

test('a browser, which can open no folders, offers none', () => {
  show(undefined)
  expect(screen.queryAllByRole('button')).toEqual([])
})

test('each program is asked for the folder, and what it could not do is said', async () => {
  const openFolder = vi.fn<DesktopBridge['openFolder']>(async (_folder, program) =>
    program === 'editor' ? 'No editor was found.' : null,
  )
  const reveal = vi.fn<DesktopBridge['reveal']>(async () => false)
  show({ openFolder, reveal })
  screen.getByRole('button', { name: 'Open the worktree in the editor' }).click()
  await screen.findByText('No editor was found.')
  screen.getByRole('button', { name: 'Open a terminal in the worktree' }).click()
  await vi.waitFor(() => expect(screen.getByRole('status').textContent).toBe(''))
  expect(openFolder.mock.calls).toEqual([
    ['/yard/one', 'editor'],
    ['/yard/one', 'terminal'],
  ])
  screen.getByRole('button', { name: 'Show the worktree in the file manager' }).click()
  await screen.findByText('It could not be opened')
  expect(reveal).toHaveBeenCalledWith('/yard/one')
})
