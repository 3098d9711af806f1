/** The one button. `main` is the single inked one of a view, `quiet` has no outline, `danger` ends something. */
import type { ButtonHTMLAttributes, Ref } from 'react'
import { Icon, type IconName } from './icon.tsx'

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly ref?: Ref<HTMLButtonElement>
  readonly look?: 'plain' | 'main' | 'quiet' | 'danger' | undefined
  readonly icon?: IconName
  /** A command of it is under way: dimmed, and presses do nothing. */
  readonly isBusy?: boolean
}

export function Button(props: ButtonProps) {
  const { look = 'plain', icon, isBusy = false, children, onClick, className, ...rest } = props
  return (
    <button
      type="button"
      {...rest}
      className={['btn', className].filter(Boolean).join(' ')}
      data-look={look}
      aria-busy={isBusy || undefined}
      onClick={isBusy ? undefined : onClick}
    >
      {icon && <Icon name={icon} />}
      {children}
    </button>
  )
}
