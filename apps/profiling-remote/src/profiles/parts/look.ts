/** Class names that several parts share. */
export const PANEL = 'pf:rounded-lg pf:border pf:border-gray-800 pf:bg-gray-800';
export const BUTTON =
  'pf:inline-flex pf:h-8 pf:items-center pf:gap-1.5 pf:rounded-md pf:border pf:border-gray-600 ' +
  'pf:bg-gray-800 pf:px-2.5 pf:text-sm pf:text-gray-100 pf:whitespace-nowrap pf:hover:bg-gray-700 ' +
  'pf:aria-pressed:border-accent pf:disabled:cursor-not-allowed pf:disabled:opacity-60';
export const FIELD =
  'pf:h-8 pf:min-w-0 pf:rounded-md pf:border pf:border-gray-600 pf:bg-gray-800 pf:px-2 pf:text-sm ' +
  'pf:text-gray-100 pf:disabled:opacity-60 pf:aria-invalid:border-yellow-500';
export const CHIP =
  'pf:inline-flex pf:items-center pf:gap-1 pf:rounded-full pf:border pf:border-gray-600 ' +
  'pf:bg-gray-800 pf:px-2 pf:py-0.5 pf:text-xs pf:text-gray-200';
export const LINK = 'pf:text-accent pf:underline pf:underline-offset-2 pf:hover:text-white';
export const MUTED = 'pf:text-sm pf:text-gray-400';
/** What is wrong with an input. */
export const PROBLEM = 'pf:text-sm pf:text-yellow-300';
