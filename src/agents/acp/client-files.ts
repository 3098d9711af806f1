/** Files that the agent reads and writes through its client, under the same rules as its permission requests. */
import { RequestError } from '@agentclientprotocol/sdk'
import { constants } from 'node:fs'
import { mkdir, open } from 'node:fs/promises'
import { dirname, isAbsolute } from 'node:path'
import { whereItLeads } from '../path-rules.ts'
import type { Action } from './permission.ts'

/** Larger files are for its own tools. */
const MAX_READ_BYTES = 16 * 1024 * 1024
const MAX_WRITE_BYTES = 64 * 1024 * 1024

/** Throws where the action is not allowed. */
export type Permit = (act: Action, text: string) => void

export interface ReadRequest {
  readonly path: string
  /** From 1. */
  readonly line?: number | null
  /** Lines. */
  readonly limit?: number | null
}

export async function readTextFile(request: ReadRequest, permit: Permit): Promise<string> {
  const path = await leading(request.path)
  permit({ kind: 'read', paths: [path] }, `May it read: ${path}?`)
  const text = await readWhole(path, request.path)
  const from = Math.max(1, Math.trunc(request.line ?? 1)) - 1
  if (from === 0 && request.limit == null) return text
  const lines = text.split('\n')
  return lines.slice(from, request.limit == null ? undefined : from + request.limit).join('\n')
}

export async function writeTextFile(
  request: { readonly path: string; readonly content: string },
  permit: Permit,
): Promise<void> {
  const path = await leading(request.path)
  permit({ kind: 'write', paths: [path] }, `May it write: ${path}?`)
  if (Buffer.byteLength(request.content) > MAX_WRITE_BYTES)
    throw refusal(request.path, 'is too large')
  try {
    await mkdir(dirname(path), { recursive: true })
    const { O_WRONLY, O_CREAT, O_TRUNC } = constants
    const file = await open(path, O_WRONLY | O_CREAT | O_TRUNC | SAFE, 0o666)
    try {
      await file.writeFile(request.content)
    } finally {
      await file.close()
    }
  } catch (error) {
    throw translated(error, request.path)
  }
}

/** A symbolic link created meanwhile is not followed, and a pipe does not block. Windows has neither flag. */
const SAFE = (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)

async function leading(path: string): Promise<string> {
  if (!isAbsolute(path) || path.includes('\0')) throw refusal(path, 'is no absolute path')
  try {
    return await whereItLeads(path)
  } catch (error) {
    throw translated(error, path)
  }
}

async function readWhole(path: string, asked: string): Promise<string> {
  try {
    const file = await open(path, constants.O_RDONLY | SAFE)
    try {
      const stats = await file.stat()
      if (!stats.isFile()) throw refusal(asked, 'is no plain file')
      if (stats.size > MAX_READ_BYTES) throw refusal(asked, 'is too large')
      return await file.readFile('utf8')
    } finally {
      await file.close()
    }
  } catch (error) {
    throw translated(error, asked)
  }
}

const refusal = (path: string, why: string): RequestError =>
  RequestError.invalidParams({ path }, `${path} ${why}`)

function translated(error: unknown, path: string): RequestError {
  if (error instanceof RequestError) return error
  const code = error instanceof Error && 'code' in error ? error.code : null
  if (code === 'ENOENT') return RequestError.resourceNotFound(path)
  return RequestError.internalError({ path }, `${path}: ${String(code ?? error)}`)
}
