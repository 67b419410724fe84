import { type ConfigResponse } from '@hsi/backend-api';
import { type PyroscopeClient } from '@hsi/pyroscope-api';
import { type MountContext } from '@hsi/remote-contract';
import { createContext, type ReactNode, useContext } from 'react';

/** What the parts of the page need from outside. */
export interface PageServices {
  readonly context: MountContext;
  readonly profiles: PyroscopeClient;
  readonly config: ConfigResponse;
}

const HostContext = createContext<MountContext | undefined>(undefined);
const ServicesContext = createContext<PageServices | undefined>(undefined);
const RefreshContext = createContext(0);

export function MountContextProvider(props: {
  readonly context: MountContext;
  readonly children: ReactNode;
}) {
  return <HostContext value={props.context}>{props.children}</HostContext>;
}

/** Gives the services, and with them the mount context, to everything inside. */
export function PageServicesProvider(props: {
  readonly services: PageServices;
  /** How often the person has pressed Refresh. */
  readonly refreshCount?: number;
  readonly children: ReactNode;
}) {
  return (
    <MountContextProvider context={props.services.context}>
      <ServicesContext value={props.services}>
        <RefreshContext value={props.refreshCount ?? 0}>{props.children}</RefreshContext>
      </ServicesContext>
    </MountContextProvider>
  );
}

/** What the host gave when it mounted the page. Also there while the configuration is fetched. */
export function useMountContext(): MountContext {
  return required(useContext(HostContext), 'MountContextProvider');
}

export function usePageServices(): PageServices {
  return required(useContext(ServicesContext), 'PageServicesProvider');
}

/** Changes with every press of Refresh. Part of the key of each query that Refresh repeats. */
export function useRefreshCount(): number {
  return useContext(RefreshContext);
}

function required<T>(value: T | undefined, provider: string): T {
  if (value === undefined) throw new Error(`This part of the page needs a ${provider} around it.`);
  return value;
}
