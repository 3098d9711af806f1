import { resolve } from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'
import { findChromium } from './scripts/chromium.mjs'

const NOT_UNIT = ['test/renderer/**', 'test/e2e/**', 'test/agents-real/**']

// Real agents need their programs installed and minutes of time, so they run only when named.
const isForRealAgents = process.argv.some((word) => /^(--project=)?agents$/.test(word))

export default defineConfig({
  test: {
    maxWorkers: 2,
    reporters: ['default', 'json'],
    outputFile: { json: '.cache/test-report.json' },
    projects: [
      {
        resolve: { alias: { electron: resolve(import.meta.dirname, 'test/fakes/electron.ts') } },
        test: {
          name: 'unit',
          environment: 'node',
          include: ['test/**/*.test.ts'],
          exclude: NOT_UNIT,
          testTimeout: 20_000,
          hookTimeout: 20_000,
        },
      },
      {
        plugins: [react()],
        test: {
          name: 'dom',
          environment: 'happy-dom',
          include: ['test/renderer/**/*.test.{ts,tsx}'],
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'e2e',
          environment: 'node',
          include: ['test/e2e/**/*.test.ts'],
          env: { CHROME_PATH: findChromium() ?? '' },
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // What is polled here a host answers first, on any machine.
          expect: { poll: { timeout: 15_000 } },
          sequence: { groupOrder: 1 },
        },
      },
      ...(isForRealAgents
        ? [
            {
              test: {
                name: 'agents',
                environment: 'node',
                include: ['test/agents-real/**/*.test.ts'],
                fileParallelism: false,
                testTimeout: 120_000,
                hookTimeout: 300_000,
              },
            },
          ]
        : []),
    ],
  },
})
