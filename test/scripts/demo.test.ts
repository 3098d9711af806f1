// The example's steps, run in the order of its graph by a real shell in a real git repository.
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parse } from 'smol-toml'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { makeRepository } from '../../scripts/make-demo.mjs'

const demo = resolve(import.meta.dirname, '../../resources/demo')

const Graph = z.strictObject({
  task: z.array(
    z.strictObject({
      id: z.string(),
      title: z.string(),
      description: z.string().optional(),
      exec: z.string().optional(),
      executor: z.string().optional(),
      after: z.array(z.string()).default([]),
      tags: z.array(z.string()).optional(),
      priority: z.string().optional(),
      max_attempts: z.number().default(1),
      delay: z.string().optional(),
      timeout: z.string().optional(),
      deliverables: z.array(z.string()).optional(),
    }),
  ),
})

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'demo-'))
})

afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

test('nine tasks: two that may run in parallel, one retried, one that waits for a time', () => {
  const tasks = readGraph('demo.toml')
  expect(tasks).toHaveLength(9)
  const afterPalette = tasks
    .filter((task) => task.after.join() === 'palette')
    .map((task) => task.id)
  expect(afterPalette).toEqual(['sky', 'tracks'])
  expect(tasks.filter((task) => task.max_attempts > 1).map((task) => task.id)).toEqual(['signal'])
  expect(tasks.filter((task) => task.delay !== undefined).map((task) => task.id)).toEqual(['moon'])
})

test('three turns of a real agent, one after the other', () => {
  const tasks = readGraph('claude.toml')
  expect(tasks.map((task) => task.executor)).toEqual(['claude', 'claude', 'claude'])
  expect(tasks.map((task) => task.after)).toEqual([[], ['verse'], ['poster']])
})

test('the steps draw a page and commit it; only the signal fails, and only once', () => {
  const project = join(folder, 'project')
  mkdirSync(project)
  makeRepository(project, 'demo.toml')
  const failures = readGraph('demo.toml').flatMap((task) =>
    runStep(project, task.exec ?? 'false', task.max_attempts),
  )
  expect(failures).toEqual(['sh steps/signal.sh'])
  const page = readFileSync(join(project, 'page.html'), 'utf8')
  for (const words of ['Calder Junction', 'Fernhill', 'lit on try 2', '--glow'])
    expect(page).toContain(words)
  const git = (...args: string[]): string =>
    execFileSync('git', args, { cwd: project, encoding: 'utf8' })
  expect(git('status', '--porcelain')).toBe('')
  expect(git('log', '--format=%s').trim().split('\n')).toHaveLength(2)
})

/** Runs a step until it succeeds; gives its line once for each failure. */
function runStep(cwd: string, line: string, tries: number): string[] {
  const env = { ...process.env, PATH: `${withoutSleep()}:${process.env['PATH'] ?? ''}` }
  const { status } = spawnSync('sh', ['-c', line], { cwd, env })
  if (status === 0) return []
  return tries > 1 ? [line, ...runStep(cwd, line, tries - 1)] : [line]
}

/** A folder for the PATH in which `sleep` returns at once. */
function withoutSleep(): string {
  const tools = join(folder, 'tools')
  mkdirSync(tools, { recursive: true })
  writeFileSync(join(tools, 'sleep'), '#!/bin/sh\n', { mode: 0o755 })
  return tools
}

function readGraph(name: string) {
  return Graph.parse(parse(readFileSync(join(demo, name), 'utf8'))).task
}
