import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { useState } from 'react'
import { afterEach, expect, test } from 'vitest'
import { Segmented } from '../../../src/renderer/ui/fields.tsx'
import { Tabs, Toolbar } from '../../../src/renderer/ui/tabs.tsx'

afterEach(cleanup)

const stops = (): readonly (string | null)[] =>
  screen
    .getAllByRole('button')
    .filter((button) => button.tabIndex === 0)
    .map((button) => button.textContent)
const press = (key: string): void => {
  fireEvent.keyDown(document.activeElement ?? document.body, { key })
}

test('a bar of tools is one stop of the Tab key, and stays where the focus was', () => {
  const bar = (names: readonly string[]) => (
    <Toolbar aria-label="Tools">
      {names.map((name) => (
        <button key={name} disabled={name === 'Off'}>
          {name}
        </button>
      ))}
    </Toolbar>
  )
  const { rerender } = render(bar(['Find', 'Off', 'Focus', 'Tidy']))
  expect(stops()).toEqual(['Find'])
  screen.getByText('Find').focus()
  press('ArrowRight')
  expect([document.activeElement?.textContent, ...stops()]).toEqual(['Focus', 'Focus'])
  press('ArrowLeft')
  press('ArrowLeft')
  expect(stops()).toEqual(['Tidy'])
  press('ArrowDown')
  expect(document.activeElement?.textContent).toBe('Tidy')
  rerender(bar(['Find', 'Tidy', 'New']))
  expect(stops()).toEqual(['Tidy'])
  rerender(bar(['Find', 'New']))
  expect(stops()).toEqual(['Find'])
})

const NAMES = [
  ['a', 'A'],
  ['b', 'B'],
  ['c', 'C'],
] as const

test('arrow keys choose among tabs and among few, round at the ends', () => {
  function Both() {
    const [chosen, choose] = useState<'a' | 'b' | 'c'>('a')
    return (
      <Tabs tabs={NAMES} current={chosen} onChange={choose} label="Parts">
        <Segmented label="Few" value={chosen} options={NAMES} onChange={choose} />
      </Tabs>
    )
  }
  render(<Both />)
  const chosen = (): readonly (string | null)[] => [
    screen.getByRole('tab', { selected: true }).textContent,
    screen.getByRole('radio', { checked: true }).textContent,
  ]
  screen.getByRole('tab', { name: 'A' }).focus()
  press('ArrowLeft')
  expect(chosen()).toEqual(['C', 'C'])
  press('ArrowUp')
  expect(chosen()).toEqual(['C', 'C'])
  screen.getByRole('radio', { name: 'C' }).focus()
  press('ArrowDown')
  expect(chosen()).toEqual(['A', 'A'])
  press('ArrowUp')
  expect(chosen()).toEqual(['C', 'C'])
})
