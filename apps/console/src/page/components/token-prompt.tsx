import { useState } from 'preact/hooks';
import { rememberToken } from '../api-client.ts';

/** Shown instead of the page while the API asks for a token that this tab does not have. */
export function TokenPrompt({ onToken }: { readonly onToken: () => void }) {
  const [token, setToken] = useState('');
  return (
    <main class="gate">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          rememberToken(token.trim());
          onToken();
        }}
      >
        <h1>Cortex</h1>
        <p>This console was started with CORTEX_API_TOKEN. It is kept for this tab only.</p>
        <label>
          Token
          <input
            type="password"
            name="token"
            required
            autocomplete="off"
            value={token}
            onInput={(event) => setToken(event.currentTarget.value)}
            data-testid="token"
          />
        </label>
        <button type="submit" class="primary info">
          Open
        </button>
      </form>
    </main>
  );
}
