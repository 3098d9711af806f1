/** Turns keys into commands. A key that a control has used itself (`preventDefault`) and typing in a field are left alone. */
import { useEffect } from 'react'
import type { CommandInfo } from '../actions/command-table.ts'
import { runCommand } from '../actions/commands.ts'
import { isSingle, matchKeys, keyNameOfEvent } from '../actions/keys.ts'
import { currentRoute } from '../model/route.ts'

/** How long the first of two keys waits for the second. */
const SEQUENCE_MS = 1500

export function useKeyboard(): void {
  useEffect(() => {
    let pending: Pending = null
    const onKeyDown = (event: KeyboardEvent): void => {
      const word = keyNameOfEvent(event)
      if (word === null || event.defaultPrevented || event.isComposing) return
      if (isSingle(word) && (isTyping(event.target) || isInDialog(event.target))) return
      pending = press(event, word, pending)
    }
    addEventListener('keydown', onKeyDown)
    return () => removeEventListener('keydown', onKeyDown)
  }, [])
}

type Pending = { readonly word: string; readonly at: number } | null

/** Runs what the key means, alone or after the one before; the first of two keys is what it answers. */
function press(event: KeyboardEvent, word: string, before: Pending): Pending {
  const isSecond = before !== null && event.timeStamp - before.at < SEQUENCE_MS
  const places = isInDialog(event.target) ? EVERYWHERE : placesNow()
  const { command, isPrefix } = matchKeys(isSecond ? `${before.word} ${word}` : word, places)
  if (command === null) return isPrefix ? { word, at: event.timeStamp } : null
  if (!isForControl(event) && runCommand(command.id)) event.preventDefault()
  return null
}

/** In a dialog or menu no key reaches the tasks behind it: ⌫ there must not remove one. */
const EVERYWHERE: ReadonlySet<CommandInfo['place']> = new Set(['all'])

function placesNow(): ReadonlySet<CommandInfo['place']> {
  const { screen, task } = currentRoute()
  const places = new Set<CommandInfo['place']>(['all'])
  if (screen === 'graph') places.add('graph').add('tasks')
  if (screen === 'tasks' || screen === 'attention' || task !== null) places.add('tasks')
  return places
}

const TYPED = 'input:not([type=checkbox]):not([type=radio]), textarea, [contenteditable=true]'

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof Element && target.closest(TYPED) !== null

const isInDialog = (target: EventTarget | null): boolean =>
  target instanceof Element && target.closest('[role=dialog], [role=alertdialog], .popup') !== null

/** ↵ and Space press the button or link that has the focus; copying takes the text that is marked. */
function isForControl(event: KeyboardEvent): boolean {
  const { key, target } = event
  if (isTyping(target)) return /^[acvxz]$/i.test(key) || (key.length > 1 && key !== 'F6')
  if (/^[cC]$/.test(key) && (event.metaKey || event.ctrlKey)) return !getSelection()?.isCollapsed
  if (key !== 'Enter' && key !== ' ') return false
  return target instanceof Element && target.closest('button, a, summary, [role=tab]') !== null
}
