import { Brain, FileCheck, Flame, type LucideIcon } from 'lucide-react';

export interface NavigationItem {
  readonly label: string;
  readonly path: string;
  readonly icon: LucideIcon;
}

export interface NavigationGroup {
  readonly label: string;
  readonly items: readonly NavigationItem[];
}

export const NAVIGATION: readonly NavigationGroup[] = [
  {
    label: 'AI',
    items: [
      { label: 'AI Performance', path: '/ai', icon: Brain },
      { label: 'AI Audit', path: '/ai-audit', icon: FileCheck },
      { label: 'Profiling', path: '/pyroscope', icon: Flame },
    ],
  },
];
