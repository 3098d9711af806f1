import { resolve } from 'node:path'
import { _electron } from 'playwright-core'
import { expect, test } from 'vitest'
import { electronBinary } from './electron-binary.ts'
import { makeYard, untilTold } from './yard-under-test.ts'

const project = resolve(import.meta.dirname, '../..')
const binary = electronBinary()

test.skipIf(binary === null)(
  'the app opens the yard in a window, where a task is added, runs and is done',
  async () => {
    const yard = await makeYard()
    const app = await _electron.launch({
      executablePath: binary ?? '',
      args: [project, '--no-sandbox', yard.folder],
      env: yard.env,
    })
    try {
      const page = await app.firstWindow()
      await page.getByRole('button', { name: 'Add a task' }).click()
      await page.getByLabel('Title').fill('Greet the world')
      await page.getByLabel('Shell command').fill(untilTold('greet'))
      await page.getByRole('button', { name: 'Add task' }).click()
      const node = page.locator('.react-flow__node', { hasText: 'Greet the world' })
      await node.getByText('In progress').waitFor()
      await yard.tell('greet')
      await node.getByText('Done', { exact: true }).waitFor()
      expect(new URL(page.url()).origin).toBe('app://yard')
    } finally {
      await app.close()
      await yard.close()
    }
  },
)
