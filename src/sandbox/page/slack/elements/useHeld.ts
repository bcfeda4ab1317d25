import { useEffect, useState } from 'react'

/** What is shown as chosen: at once what was picked here, and what the server holds as soon as that changes. */
export function useHeld<T>(server: T): [T, (picked: T) => void] {
  const key = JSON.stringify(server)
  const [picked, setPicked] = useState<{ value: T; over: string }>()
  useEffect(() => {
    setPicked(before => (before && before.over !== key ? undefined : before))
  }, [key])
  const shown = picked && picked.over === key ? picked.value : server
  return [shown, value => setPicked({ value, over: key })]
}
