import { type Environment, readText, readUrl } from '@hsi/node-service';

export const ROLES = ['rt-detr', 'nemotron', 'florence', 'driver'] as const;
export type Role = (typeof ROLES)[number];

export interface DemoSettings {
  /** Where profiles go; undefined: the services work unprofiled. */
  readonly profilesUrl: string | undefined;
  readonly backendUrl: string;
  readonly environment: string;
}

/** @throws InvalidSetting */
export function readDemoSettings(env: Environment): DemoSettings {
  return {
    profilesUrl: readUrl(env, 'PYROSCOPE_INGEST_URL'),
    backendUrl: readUrl(env, 'BACKEND_URL') ?? 'http://127.0.0.1:8000',
    environment: readText(env, 'ENVIRONMENT', 'development'),
  };
}

/** @throws Error that lists the roles */
export function readRole(text: string | undefined): Role {
  const role = ROLES.find((known) => known === text);
  if (role === undefined) {
    throw new Error(
      `Unknown demo service ${JSON.stringify(text ?? '')}: expected one of ${ROLES.join(', ')}.`,
    );
  }
  return role;
}

/**
 * Share of one core for each process, work, profiler and garbage collection together; the driver's
 * is for itself and for what the backend does on its account. Together below a quarter of a core.
 */
export const CPU_SHARES: Readonly<Record<Role, number>> = {
  'rt-detr': 0.05,
  nemotron: 0.05,
  florence: 0.05,
  driver: 0.08,
};
