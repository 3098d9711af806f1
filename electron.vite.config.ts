// Builds the two Electron processes, the page, and the programs that run on plain Node (service, command line,
// launcher, workers). No entry imports another: rolldown would turn it into a chunk and move its paths.
import { resolve } from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'electron-vite'
import type { Plugin } from 'vite'

// Bundled, because a command that reads one file starts in half the time of one that reads hundreds. The rest stay
// packages: better-sqlite3 is native, electron-log and ws look around in their own folders.
const BUNDLED = [
  '@ai-sdk/anthropic',
  '@ai-sdk/openai',
  '@ai-sdk/openai-compatible',
  '@agentclientprotocol/sdk',
  '@decimalturn/toml-patch',
  '@modelcontextprotocol/sdk',
  '@orpc/client',
  '@orpc/contract',
  '@orpc/openapi',
  '@orpc/server',
  '@orpc/zod',
  'ai',
  'commander',
  'croner',
  'execa',
  'jsonc-parser',
  'selfsigned',
  'simple-statistics',
  'smol-toml',
  'ulid',
  'yaml',
  'zod',
]

// The page's zod is told not to compile before the first schema is made, whatever chunk makes it. The first drawing needs none.
const SCHEMAS = { name: 'schemas', test: /node_modules[\\/]zod[\\/]|zod-jitless/ }

/**
 * A module of Node's own is taken as an object, not imported: an import reads every property of it, and some of those load much
 * that nobody asked for (`node:http` its WebSocket, `node:fs` its promises). 15 of the 50 ms that a start takes.
 */
const BUILTIN_IMPORT = /^import (?:([\w$]+)(?:, )?)?(\{[^}]*\})? ?from "(node:[^"]+)";$/gm
const builtinsAsObjects: Plugin = {
  name: 'builtins-as-objects',
  enforce: 'post',
  renderChunk: (code) => ({
    code: code.replace(BUILTIN_IMPORT, (_all, whole?: string, names?: string, id?: string) => {
      const taken = `globalThis.process.getBuiltinModule("${id}")`
      const parts = names?.replaceAll(' as ', ': ')
      return [whole, parts].map((left) => (left ? `const ${left} = ${taken};` : '')).join('')
    }),
    map: null, // no line moves
  }),
}

/** kB. A warning about downloads says nothing of what lies on the user's own disk. */
const READ_FROM_DISK = 4000

const at = (path: string): string => resolve(import.meta.dirname, path)

export default defineConfig({
  main: {
    plugins: [builtinsAsObjects],
    build: {
      outDir: at('out/main'),
      chunkSizeWarningLimit: READ_FROM_DISK,
      externalizeDeps: { exclude: BUNDLED },
      sourcemap: true,
      rollupOptions: {
        input: {
          index: at('src/main/index.ts'),
          headless: at('src/headless/index.ts'),
          cli: at('src/cli/index.ts'),
          launcher: at('src/agents/launcher-entry.ts'),
          'tail-worker': at('src/agents/tail-worker.ts'),
          'forecast-worker': at('src/yard/forecast/forecast-worker.ts'),
          'large-write-worker': at('src/store/large/large-write-worker.ts'),
          'native-exec': at('src/agents/native/native-exec.ts'),
          'acp-exec': at('src/agents/acp/acp-exec.ts'),
        },
        output: { entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
      },
    },
  },
  preload: {
    build: {
      outDir: at('out/preload'),
      sourcemap: true,
      // A sandboxed preload can load neither packages nor ES modules.
      externalizeDeps: false,
      rollupOptions: {
        input: { index: at('src/preload/index.ts') },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: at('src/renderer'),
    plugins: [react()],
    resolve: { alias: [{ find: /^zod$/, replacement: at('src/renderer/zod-jitless.ts') }] },
    worker: { format: 'es' },
    build: {
      outDir: at('out/renderer'),
      chunkSizeWarningLimit: READ_FROM_DISK,
      sourcemap: true,
      minify: true,
      // One file: the order of rules is the same whichever screen is loaded first.
      cssCodeSplit: false,
      rollupOptions: {
        input: { index: at('src/renderer/index.html') },
        output: { codeSplitting: { groups: [SCHEMAS] } },
      },
    },
  },
})
