import { serveAction } from '@cortex/actions';

// A process of its own for each effect of an action of the user's: it can be ended when it does not end itself.
serveAction();
