import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

// Each test begins as a page does: without the code of what opens.
beforeEach(() => vi.resetModules())
afterEach(() => cleanup())

const popups = () => import('../../../src/renderer/ui/popups.tsx')

test('a button that stands for a menu says so, and opens it once it is there', async () => {
  const { Menu } = await popups()
  const onSelect = vi.fn<() => void>()
  render(<Menu trigger={<button>Acts</button>} entries={[{ label: 'One', onSelect }]} />)
  const button = screen.getByRole('button', { name: 'Acts' })
  expect(button.getAttribute('aria-haspopup')).toBe('menu')
  expect(button.getAttribute('aria-expanded')).toBe('false')
  fireEvent.click(button)
  fireEvent.click(await screen.findByRole('menuitem', { name: 'One' }))
  expect(onSelect).toHaveBeenCalledOnce()
})

test('a list to choose from shows its value, and opens by an arrow key', async () => {
  const { Select } = await popups()
  const options = [
    ['a', 'Apple'],
    ['b', 'Pear'],
  ] as const
  render(<Select label="Fruit" value="b" options={options} onChange={() => {}} />)
  const list = screen.getByRole('combobox', { name: 'Fruit' })
  expect(list.textContent).toBe('Pear▾')
  fireEvent.keyDown(list, { key: 'ArrowDown' })
  expect(await screen.findByRole('option', { name: 'Apple' })).toBeDefined()
})

test('the trigger has the focus that was on the button before it', async () => {
  const { Menu, preloadPopups } = await popups()
  render(<Menu trigger={<button>Acts</button>} entries={[]} />)
  const before = screen.getByRole('button')
  before.focus()
  await preloadPopups()
  await vi.waitFor(() => expect(screen.getByRole('button')).not.toBe(before))
  expect(document.activeElement).toBe(screen.getByRole('button'))
})

test('a dialog that is asked for before it is there appears', async () => {
  const { Dialog } = await popups()
  render(
    <Dialog title="Sure?" isOpen onClose={() => {}}>
      <button>Yes</button>
    </Dialog>,
  )
  expect(await screen.findByRole('dialog', { name: 'Sure?' })).toBeDefined()
})
