import { type CallTree, type NodeIndex } from '@hsi/profile-model';
import { type FlameView } from './flame-view.ts';
import { type FrameNames, NATIVE_PACKAGE } from './frame-name.ts';

/** `package`: a hue for each package. `value`: the hotter, the larger the self value. `safe`: by package in hues that colour-blind people tell apart. */
export const COLOR_SCHEMES = ['package', 'value', 'safe'] as const;
export type ColorScheme = (typeof COLOR_SCHEMES)[number];

/** A colour as `#rrggbb`. */
export type Color = string;

/** Text on every fill of every palette; contrast at least 7 (tested). */
export const TEXT_ON_FILL: Color = '#0b0f14';

/** The root and frames that belong to no package. */
export const NEUTRAL: Color = '#a3aab5';

export const PACKAGE_COLORS: readonly Color[] = [
  '#e8836b', '#e89a5c', '#e3b45a', '#cfc25c', '#a9c466', '#7fc57c', '#63c39a', '#5cc0b6',
  '#62b9d1', '#74aee4', '#8fa5ee', '#a99bf0', '#c394e8', '#d98ed6', '#e78cb9', '#ea8a96',
]; // prettier-ignore

/** Paul Tol's "light" scheme, made for black labels and for all common kinds of colour blindness (personal.sron.nl/~pault). */
export const SAFE_COLORS: readonly Color[] = [
  '#77aadd', '#99ddff', '#44bb99', '#bbcc33', '#aaaa00', '#eedd88', '#ee8866', '#ffaabb',
]; // prettier-ignore

/** From cold to hot, lightness rising all the way so that it reads without hue too. */
export const VALUE_COLORS: readonly Color[] = [
  '#a3abb6', '#b5b39a', '#c8bc80', '#d9c566', '#e8ce4f', '#f3d63c', '#fbdd2b', '#ffe53a',
]; // prettier-ignore

/** Node -> its fill. */
export type FillOf = (node: NodeIndex) => Color;

/** Share of the total from which a package gets a colour that no other has. */
const OWN_COLOR_FROM = 0.01;

/**
 * Which package has which place in a palette. A package begins with the place that its name hashes
 * to, or the next free one, and keeps it: colours do not change with fresh data, and are the same in
 * all graphs of a page. When every place is taken, packages share.
 */
export class PackagePlaces {
  private readonly places = new Map<string, number>();
  private readonly taken = new Set<number>();

  constructor(private readonly size: number) {}

  /** Gives places to packages in their order, as long as there are free ones. */
  reserve(packages: Iterable<string>): void {
    for (const name of packages) {
      if (this.taken.size === this.size) return;
      if (this.places.has(name)) continue;
      let place = hash(name) % this.size;
      while (this.taken.has(place)) place = (place + 1) % this.size;
      this.taken.add(place);
      this.places.set(name, place);
    }
  }

  of(name: string): number {
    return this.places.get(name) ?? hash(name) % this.size;
  }
}

const pagePlaces = {
  package: new PackagePlaces(PACKAGE_COLORS.length),
  safe: new PackagePlaces(SAFE_COLORS.length),
};

/**
 * The fills of one view in one scheme. Packages get their places by their share of `profile`, the
 * tree that the view was made of: a link to a view then has the colours that the view had.
 */
export function fills(
  view: FlameView,
  names: FrameNames,
  scheme: ColorScheme,
  profile: Pick<CallTree, 'name' | 'self' | 'total'> = view,
  places = pagePlaces[scheme === 'safe' ? 'safe' : 'package'],
): FillOf {
  if (scheme === 'value') return valueFills(view);
  const colors = scheme === 'safe' ? SAFE_COLORS : PACKAGE_COLORS;
  places.reserve(largePackages(profile, names));
  const cache = new Array<Color | undefined>(view.names.length);
  const { name, root, rootIsFrame } = view;
  return (node) => {
    if (node === root && !rootIsFrame) return NEUTRAL;
    const index = name[node]!;
    return (cache[index] ??= packageColor(names.at(index).package, colors, places));
  };
}

function packageColor(name: string, colors: readonly Color[], places: PackagePlaces): Color {
  return isNeutral(name) ? NEUTRAL : colors[places.of(name)]!;
}

function isNeutral(name: string): boolean {
  return name === '' || name === NATIVE_PACKAGE;
}

/** Packages by their self values, the largest first. */
function largePackages(
  { name: nameOf, self, total }: Pick<CallTree, 'name' | 'self' | 'total'>,
  names: FrameNames,
): string[] {
  const selfOfName = new Float64Array(names.names.length);
  for (let node = 0; node < nameOf.length; node++) {
    selfOfName[nameOf[node]!]! += self[node]!;
  }
  const selfOf = new Map<string, number>();
  for (let index = 1; index < selfOfName.length; index++) {
    const value = selfOfName[index]!;
    if (value === 0) continue;
    const name = names.at(index).package;
    if (!isNeutral(name)) selfOf.set(name, (selfOf.get(name) ?? 0) + value);
  }
  const least = total[0]! * OWN_COLOR_FROM;
  return [...selfOf]
    .filter(([, value]) => value >= least)
    .sort(([, a], [, b]) => b - a)
    .map(([name]) => name);
}

function valueFills(view: FlameView): FillOf {
  let largest = 0;
  for (const value of view.self) if (value > largest) largest = value;
  const last = VALUE_COLORS.length - 1;
  return (node) => {
    if (node === view.root && !view.rootIsFrame) return NEUTRAL;
    const share = largest > 0 ? Math.max(0, view.self[node]!) / largest : 0;
    return VALUE_COLORS[Math.ceil(Math.sqrt(share) * last)]!;
  };
}

/** FNV-1a, so that a package keeps its colour from one visit to the next. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) {
    value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  }
  return (value ^ (value >>> 15)) >>> 0;
}
