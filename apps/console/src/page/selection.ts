import { useEffect, useState } from 'preact/hooks';

const pattern = /^#\/incidents\/([0-9a-f-]{4,36})$/i;

/** The selected incident lives in the address, so that it can be linked to: `/#/incidents/<id>`. */
export function useSelection(): readonly [string | undefined, (id: string | undefined) => void] {
  const [selected, setSelected] = useState(readSelection);
  useEffect(() => {
    const onChange = (): void => setSelected(readSelection());
    window.addEventListener('hashchange', onChange);
    return () => window.removeEventListener('hashchange', onChange);
  }, []);
  return [selected, select];
}

function readSelection(): string | undefined {
  return pattern.exec(window.location.hash)?.[1]?.toLowerCase();
}

function select(id: string | undefined): void {
  window.location.hash = id === undefined ? '#/' : `#/incidents/${id}`;
}
