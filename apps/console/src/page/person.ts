import { useState } from 'preact/hooks';

const key = 'cortex.by';

/** The name of the person. Kept in this browser, because every answer carries a name. */
export function usePerson(): readonly [string, (name: string) => void] {
  const [name, setName] = useState(() => localStorage.getItem(key) ?? '');
  return [
    name,
    (next) => {
      localStorage.setItem(key, next);
      setName(next);
    },
  ];
}
