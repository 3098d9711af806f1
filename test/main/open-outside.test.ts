import { beforeEach, describe, expect, test } from 'vitest'
import { outsideAddress } from '../../src/desktop/outside.ts'
import { openOutside } from '../../src/main/outside.ts'
import { dialog, shell } from '../fakes/electron.ts'

describe('a link that leads out of the app', () => {
  beforeEach(() => {
    dialog.asked.length = 0
    shell.outside.length = 0
    dialog.answer = 0
  })

  test('opens in the browser once the person has agreed to the whole address', async () => {
    await openOutside('https://example.com/a?b=c')
    expect(dialog.asked.map(({ detail }) => detail)).toEqual(['https://example.com/a?b=c'])
    expect(shell.outside).toEqual(['https://example.com/a?b=c'])
    dialog.answer = 1
    await openOutside('https://example.com/')
    expect(shell.outside).toHaveLength(1)
  })

  test('a page that asks for many windows gets one question', async () => {
    await Promise.all([openOutside('https://a.example/'), openOutside('https://b.example/')])
    expect(dialog.asked).toHaveLength(1)
  })

  test.each([
    'javascript:alert(1)',
    'file:///etc/passwd',
    'app://yard/index.html',
    'yard://task/a',
    'smb://host/share',
    'https://bank.example@evil.example/',
    `https://example.com/${'a'.repeat(600)}`,
    'not an address',
  ])('%s goes nowhere and asks nothing', async (address) => {
    expect(outsideAddress(address)).toBeNull()
    await openOutside(address)
    expect([dialog.asked, shell.outside]).toEqual([[], []])
  })
})
