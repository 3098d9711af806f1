import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import { DataTable, type DataColumn } from '../../../src/renderer/ui/data-table.tsx'

afterEach(cleanup)

interface Fruit {
  readonly name: string
  readonly price: number | null
}

const COLUMNS: readonly DataColumn<Fruit>[] = [
  ['Name', ({ name }) => name, { isRowHead: true, sortBy: 'name' }],
  ['Price', ({ price }) => price, { className: 'num', sortBy: 'price' }],
  ['Acts', ({ name }) => <button type="button">Eat {name}</button>, { isHeadHidden: true }],
]
const ROWS: readonly Fruit[] = [
  { name: 'pear 10', price: 3 },
  { name: 'quince', price: null },
  { name: 'Pear 9', price: 20 },
]

const names = () => screen.getAllByRole('rowheader').map((head) => head.textContent)
const head = (name: string) => screen.getByRole('columnheader', { name })
const show = () =>
  render(<DataTable label="Fruit" columns={COLUMNS} rows={ROWS} keyOf={({ name }) => name} />)

test('a table has its name, its heads and the rows as they came', () => {
  show()
  expect(screen.getByRole('table', { name: 'Fruit' })).toBeTruthy()
  expect(screen.getAllByRole('columnheader').map((each) => each.textContent)).toEqual([
    'Name',
    'Price',
    'Acts',
  ])
  expect(names()).toEqual(['pear 10', 'quince', 'Pear 9'])
  expect(screen.getAllByRole('button', { name: /^Eat/ })).toHaveLength(3)
})

test('a head sorts up, then down, then as the rows came; what is not known comes last', () => {
  show()
  const press = () => fireEvent.click(screen.getByRole('button', { name: 'Price' }))
  press()
  expect(names()).toEqual(['pear 10', 'Pear 9', 'quince'])
  expect(head('Price').getAttribute('aria-sort')).toBe('ascending')
  press()
  expect(names()).toEqual(['Pear 9', 'pear 10', 'quince'])
  expect(head('Price').getAttribute('aria-sort')).toBe('descending')
  press()
  expect(names()).toEqual(['pear 10', 'quince', 'Pear 9'])
  expect(head('Price').getAttribute('aria-sort')).toBeNull()
})

test('texts are sorted by their numbers and without regard to capitals', () => {
  show()
  fireEvent.click(screen.getByRole('button', { name: 'Name' }))
  expect(names()).toEqual(['Pear 9', 'pear 10', 'quince'])
})
