// Runs before the host's own code is there: what a remote's page waits for longest begins here.
import { findAhead } from './remotes/find-ahead.ts';
import { remoteOf } from './remotes/remote-routes.ts';

const remote = remoteOf(window.location.pathname);
if (remote !== undefined) findAhead(remote);
