/** Version of this build, from package.json. */
declare const __REMOTE_VERSION__: string;

declare module '*.css';
