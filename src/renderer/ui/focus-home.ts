/** Where the keyboard's place goes when what had it is gone: the work itself, else its region. */
const WORK =
  'main :is([role=application], [role=grid], [role=treegrid], [role=listbox])[tabindex="0"]'

export const focusHome = (): HTMLElement | null =>
  document.querySelector<HTMLElement>(WORK) ?? document.querySelector<HTMLElement>('main')
