/** The chosen theme, on the page's root; without one the system decides. */
import { useEffect } from 'react'
import { usePreferences } from '../model/preferences.ts'

export function useTheme(): void {
  const theme = usePreferences((preferences) => preferences.theme)
  useEffect(() => {
    const root = document.documentElement
    if (theme === 'system') delete root.dataset['theme']
    else root.dataset['theme'] = theme
    // The app's own buttons beside the title bar have colours, too.
    void window.yardHost?.setTheme(theme)
  }, [theme])
}
