import { resolve } from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'
import { findChromium } from './scripts/chromium.mjs'
import { JsonReport } from './scripts/json-report.mjs'
import { TimeBudget } from './scripts/time-budget.mjs'

const NOT_UNIT = ['test/renderer/**', 'test/e2e/**', 'test/agents-real/**']

// What is polled comes by itself, on any machine: the limit only ends what never comes.
const PATIENT = { poll: { timeout: 50_000 } }
/** For whole programs, one after the other, on a machine that has other work. */
const TEST_MS = 60_000

/** Programs that tests start compile the same sources again and again. */
const COMPILE_CACHE = { NODE_COMPILE_CACHE: resolve(import.meta.dirname, '.cache/compiled') }

// Real agents need their programs installed and minutes of time, so they run only when named.
const isForRealAgents = process.argv.some((word) => /^(--project=)?agents$/.test(word))

export default defineConfig({
  test: {
    maxWorkers: 2,
    reporters: ['default', new JsonReport({}), new TimeBudget()],
    outputFile: { json: '.cache/test-report.json' },
    projects: [
      {
        resolve: { alias: { electron: resolve(import.meta.dirname, 'test/fakes/electron.ts') } },
        test: {
          name: 'unit',
          environment: 'node',
          include: ['test/**/*.test.ts'],
          exclude: NOT_UNIT,
          env: COMPILE_CACHE,
          testTimeout: TEST_MS,
          hookTimeout: TEST_MS,
          expect: PATIENT,
        },
      },
      {
        plugins: [react()],
        test: {
          name: 'dom',
          environment: 'happy-dom',
          include: ['test/renderer/**/*.test.{ts,tsx}'],
          setupFiles: ['test/support/patient-page.ts', 'test/renderer/support/popups-there.ts'],
          testTimeout: TEST_MS,
          expect: PATIENT,
        },
      },
      {
        test: {
          name: 'e2e',
          environment: 'node',
          include: ['test/e2e/**/*.test.ts'],
          env: { ...COMPILE_CACHE, CHROME_PATH: findChromium() ?? '' },
          fileParallelism: false,
          // A browser on a busy machine can lose a key or a click. What needed the second try is named at the end.
          retry: 1,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          expect: PATIENT,
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
                expect: PATIENT,
              },
            },
          ]
        : []),
    ],
  },
})
