/** Classes that the parts of a flame graph share. */
export const FOCUS_RING = 'pf:focus-visible:outline-2 pf:focus-visible:outline-[#76B900]';

export const SMALL_BUTTON = `pf:inline-flex pf:h-6 pf:min-w-6 pf:cursor-pointer pf:items-center pf:justify-center pf:gap-1 pf:rounded pf:px-1.5 pf:text-xs pf:text-gray-200 pf:hover:bg-gray-700 pf:hover:text-white pf:disabled:cursor-default pf:disabled:text-gray-500 ${FOCUS_RING}`;

export const CHIP = `pf:inline-flex pf:h-6 pf:max-w-72 pf:cursor-pointer pf:items-center pf:gap-1 pf:rounded-full pf:border pf:border-gray-600 pf:px-2 pf:text-xs pf:text-gray-200 pf:hover:bg-gray-700 ${FOCUS_RING}`;

/** A box over the page. */
export const FLOATING =
  'pf:fixed pf:z-50 pf:rounded pf:border pf:border-gray-600 pf:bg-gray-900 pf:text-xs pf:text-gray-100 pf:shadow-lg';
