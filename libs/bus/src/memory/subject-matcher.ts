/** Whether a subject matches a filter: `*` stands for one token, a final `>` for all further ones. */
export function subjectMatcher(filter: string): (subject: string) => boolean {
  if (filter === '>') return () => true;
  const isOpen = filter.endsWith('.>');
  const wanted = (isOpen ? filter.slice(0, -2) : filter).split('.');
  if (!wanted.includes('*')) {
    const prefix = `${wanted.join('.')}.`;
    return isOpen ? (subject) => subject.startsWith(prefix) : (subject) => subject === filter;
  }
  return (subject) => {
    const tokens = subject.split('.');
    if (isOpen ? tokens.length <= wanted.length : tokens.length !== wanted.length) return false;
    return wanted.every((token, index) => token === '*' || token === tokens[index]);
  };
}
