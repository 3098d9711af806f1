/** A refusal that no page is there to show. */
import { dialog } from 'electron'
import type { Failure } from '../domain/failure.ts'

export function showFailure({ message, hint }: Failure): void {
  dialog.showErrorBox('Yardmaster', hint === undefined ? message : `${message}\n\n${hint}`)
}
