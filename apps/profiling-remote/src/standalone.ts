/** The page without a host: the same module that a host mounts, in the same chunk. */
import './standalone.css';

const { mount } = await import(/* webpackChunkName: "mount" */ './mount.tsx');

const BASENAME = '/pyroscope';
const root = document.getElementById('root');
if (!root) throw new Error('index.html has no element with the id root.');
if (window.location.pathname === '/') {
  window.history.replaceState(null, '', BASENAME + window.location.search);
}
// Opened as a file of the remote's folder, the page lives at that file's own address.
const { pathname } = window.location;
mount(root, { basename: pathname.startsWith(BASENAME) ? BASENAME : pathname });

export {};
